namespace Millrace.Bench.Queues;

/// <summary>What tickets go through in a round: enqueued, leased, completed.</summary>
internal interface ITicketLoop : IAsyncDisposable
{
    /// <summary>As it stands in the table.</summary>
    string Name { get; }

    /// <summary>Processes beside this one that work for it.</summary>
    IReadOnlyList<int> Engines { get; }

    /// <summary>Passes so many tickets through, so many at a time on their way in.</summary>
    Task RunAsync(int tickets, int inFlight, CancellationToken cancellationToken);
}
