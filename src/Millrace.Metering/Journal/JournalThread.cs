namespace Millrace.Metering.Journal;

/// <summary>
/// The thread that flushes a journal, begins its files, and writes what waited in memory: all that may take as long as
/// the disk likes.
/// </summary>
internal sealed class JournalThread : IDisposable
{
    /// <summary>How long its last round may take.</summary>
    private static readonly TimeSpan LastRound = TimeSpan.FromSeconds(5);

    private readonly UsageJournal _journal;
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private volatile bool _ends;

    /// <summary>Starts it.</summary>
    public JournalThread(UsageJournal journal, TimeSpan interval, TimeProvider time)
    {
        _journal = journal;
        _timer = time.CreateTimer(_ => journal.Full.Set(), null, interval, interval);
        _thread = new Thread(Run) { IsBackground = true, Name = "usage journal" };
        _thread.Start();
    }

    /// <summary>One round; what the disk does not do is told, and done in the next.</summary>
    public static void Turn(UsageJournal journal)
    {
        var isWell = Try(journal, "make room", journal.Prepare);
        isWell &= Try(journal, "flush", journal.Flush);
        if (isWell) journal.Succeed();
        journal.Unload();
    }

    /// <summary>Ends it after a last round.</summary>
    /// <returns>False when it has not ended within 5 s: the disk hangs.</returns>
    public bool End()
    {
        if (!_ends)
        {
            _ends = true;
            _timer.Dispose();
            _journal.Full.Set();
        }
        return _thread.Join(LastRound);
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    private static bool Try(UsageJournal journal, string what, Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            journal.Fail(what, exception);
            return false;
        }
    }

    private void Run()
    {
        while (!_ends)
        {
            _journal.Full.WaitOne();
            Turn(_journal);
        }
    }
}
