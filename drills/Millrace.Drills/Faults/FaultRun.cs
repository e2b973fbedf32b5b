using Millrace.Drills.History;

namespace Millrace.Drills.Faults;

/// <summary>Makes faults, with what they leave in the history.</summary>
internal sealed class FaultRun(HistoryBook book, Action<string> say, TimeProvider time)
{
    private const string Nemesis = "nemesis";

    /// <summary>Makes a fault, leaves it for so long, notes its trace, and mends it.</summary>
    public async Task DoAsync(IFault fault, TimeSpan length, CancellationToken cancellationToken)
    {
        Note(fault.Name, EntryType.Invoke, "", Operation.Fault);
        try
        {
            await fault.InjectAsync(cancellationToken);
            await Task.Delay(length, time, cancellationToken);
            var trace = await fault.TraceAsync(cancellationToken);
            if (trace is null) Note(fault.Name, EntryType.Info, "no trace", Operation.Fault);
            else Note(fault.Name, EntryType.Ok, trace, Operation.Fault);
        }
        catch (Exception exception) when (IsTold(fault, exception))
        {
            throw;
        }
        finally
        {
            await fault.HealAsync(CancellationToken.None);
            Note(fault.Name, EntryType.Ok, "", Operation.Heal);
        }
    }

    /// <summary>Notes a fault that lies in the load itself, and its trace.</summary>
    public void Note(string name, EntryType type, string trace, string operation = Operation.Fault)
    {
        book.Append(new HistoryEntry
        {
            Process = Nemesis,
            F = operation,
            Key = name,
            Type = type,
            Status = trace,
        });
        say(operation == Operation.Heal ? $"healed: {name}" : $"fault: {name} {trace}".TrimEnd());
    }

    // Told before it is healed: what could not be made may not be mended either, and that would be all that is heard.
    private bool IsTold(IFault fault, Exception exception)
    {
        say($"broke off: {fault.Name}: {exception.Message}");
        return false;
    }
}
