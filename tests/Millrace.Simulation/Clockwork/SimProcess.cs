using System.Runtime.CompilerServices;

namespace Millrace.Simulation.Clockwork;

/// <summary>
/// One process: real code runs in it on its own <see cref="SynchronizationContext"/> and its own clock. A killed one
/// does nothing any more, in the middle of whatever it did: its continuations and timers do not happen.
/// </summary>
internal sealed class SimProcess
{
    /// <summary>A living process.</summary>
    /// <param name="line">Where it runs.</param>
    /// <param name="name">For people.</param>
    /// <param name="skew">Its wall clock's error.</param>
    public SimProcess(Timeline line, string name, TimeSpan skew)
    {
        (Line, Name) = (line, name);
        Context = new SimContext(this);
        Time = new SimClock(this, skew);
    }

    public Timeline Line { get; }

    public string Name { get; }

    public bool IsAlive { get; private set; } = true;

    public SynchronizationContext Context { get; }

    public SimClock Time { get; }

    /// <summary>Told once it is dead, in the world's own time.</summary>
    public event Action? Died;

    /// <summary>Ids that the seed gives, as good as those of version 7.</summary>
    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Line.Chance.NextBytes(bytes);
        var ms = Time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var place = 5; place >= 0; place--, ms >>= 8) bytes[place] = (byte)ms;
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Kill -9.</summary>
    public void Kill(string why)
    {
        if (!IsAlive) return;
        Say($"DIES: {why}");
        IsAlive = false;
        Line.After(TimeSpan.Zero, null, () => Died?.Invoke());
    }

    /// <summary>Has it do something later.</summary>
    public void After(TimeSpan delay, Action act) => Line.After(delay, this, act);

    /// <summary>Watches a task that nobody awaits: what it throws is a bug.</summary>
    public void Watch(Task task)
    {
        if (!task.IsCompletedSuccessfully) Watched = WatchAsync(task);
    }

    private Task Watched { get; set; } = Task.CompletedTask;

    /// <summary>Whether it may die at a step: somebody starts it again then.</summary>
    public bool MayCrash { get; init; }

    /// <summary>Told of what no code expected.</summary>
    public Action<Exception>? Bug { get; init; }

    /// <summary>A line in the trace; costs nothing when nobody reads.</summary>
    public void Say([InterpolatedStringHandlerArgument("")] ref SayText text)
    {
        if (Line.Trace is { } trace) trace.Say(Line.Now, Name, text.ToString());
    }

    private async Task WatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled it knows.
        }
        catch (SimDeathException)
        {
            // It was killed between two awaits: nobody is left to hear of it.
        }
        catch (Exception exception) when (Bug is not null)
        {
            Bug(exception);
        }
    }

    private sealed class SimContext(SimProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            process.Line.Post(process, () => d(state));

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("Nothing waits in a simulated process.");

        public override SynchronizationContext CreateCopy() => this;
    }
}

/// <summary>The process is dead: nothing of its code goes on.</summary>
internal sealed class SimDeathException() : Exception("Killed.");

/// <summary>Text that is only written when there is a trace.</summary>
[InterpolatedStringHandler]
internal readonly ref struct SayText
{
    private readonly System.Text.StringBuilder? _text;

    public SayText(int literalLength, int formattedCount, SimProcess process, out bool isOn)
    {
        isOn = process.Line.Trace is not null;
        _text = isOn ? new(literalLength + (8 * formattedCount)) : null;
    }

    public void AppendLiteral(string text) => _text!.Append(text);

    public void AppendFormatted<T>(T value) =>
        _text!.Append(value is Guid id ? ShortOf(id) : value?.ToString() ?? "");

    public override string ToString() => _text?.ToString() ?? "";

    // The end of an id: its beginning is the time.
    private static string ShortOf(Guid id) => id.ToString("N")[^6..];
}
