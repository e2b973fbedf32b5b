namespace Millrace.Bench.Queues;

/// <summary>A loop and what its rounds came to.</summary>
internal sealed class QueueRounds(ITicketLoop loop)
{
    public string Name => loop.Name;

    public List<double> PerSecond { get; } = [];

    /// <summary>Of this process, microseconds a ticket.</summary>
    public List<double> OwnCpu { get; } = [];

    /// <summary>Of the engines, microseconds a ticket.</summary>
    public List<double> EngineCpu { get; } = [];

    public async Task RunAsync(int tickets, int inFlight, TimeProvider time, CancellationToken cancellationToken)
    {
        var (own, engines, start) = (OwnCpuTime(), EngineCpuTime(), time.GetTimestamp());
        await loop.RunAsync(tickets, inFlight, cancellationToken);
        PerSecond.Add(tickets / time.GetElapsedTime(start).TotalSeconds);
        OwnCpu.Add((OwnCpuTime() - own).TotalMicroseconds / tickets);
        EngineCpu.Add((EngineCpuTime() - engines).TotalMicroseconds / tickets);
    }

    /// <summary>Forgets rounds that only warmed up.</summary>
    public void Forget()
    {
        PerSecond.Clear();
        OwnCpu.Clear();
        EngineCpu.Clear();
    }

    private static TimeSpan OwnCpuTime() => ProcessFigures.Read(Environment.ProcessId)!.Own;

    private TimeSpan EngineCpuTime() => loop.Engines.Aggregate(
        TimeSpan.Zero, (sum, engine) => sum + (ProcessFigures.Read(engine)?.Own ?? TimeSpan.Zero));
}
