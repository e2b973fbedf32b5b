using System.Collections.Concurrent;
using System.Net.Sockets;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Tickets;

namespace Millrace.Worker.Tests.Leases;

/// <summary>An edge that holds bytes, and records what it is told.</summary>
internal sealed class MemoryEdge : IEdgeLink
{
    private readonly ConcurrentDictionary<Guid, Waiting> _waiting = new();

    public FetchAnswer Answer { get; set; } = FetchAnswer.Granted;

    /// <summary>What a fetch throws.</summary>
    public Exception? Unreachable { get; set; }

    /// <summary>How long a fetch takes.</summary>
    public TimeSpan FetchTime { get; set; }

    /// <summary>Deliveries that fail before one succeeds.</summary>
    public int DeliveriesLost { get; set; }

    /// <summary>Whether callers have hung up.</summary>
    public bool IsDeserted { get; set; }

    public TimeSpan Remaining { get; set; } = Doubles.Patience;

    public ConcurrentQueue<Guid> Fetches { get; } = [];

    public ConcurrentQueue<Guid> GivenUp { get; } = [];

    public ConcurrentQueue<Guid> Delivered { get; } = [];

    /// <summary>Called when a kernel gets an image.</summary>
    public Action<Ticket>? OnStarted { get; set; }

    public void Hold(Ticket ticket, byte[] source, byte[]? watermark = null) =>
        _waiting[ticket.Id] = new Waiting(source, watermark);

    public Task<ConversionOutcome> OutcomeOf(Ticket ticket) =>
        _waiting[ticket.Id].Outcome.Task.WaitAsync(Doubles.Patience);

    public Task StartOf(Ticket ticket) => _waiting[ticket.Id].Started.Task.WaitAsync(Doubles.Patience);

    public async Task<Fetched> FetchAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        Fetches.Enqueue(ticket.Id);
        if (Unreachable is not null) throw Unreachable;
        if (FetchTime > TimeSpan.Zero) await Task.Delay(FetchTime, TimeProvider.System, cancellationToken);
        var held = _waiting[ticket.Id];
        return Answer == FetchAnswer.Granted
            ? new Fetched(Answer, held.Source, held.Watermark ?? [], Remaining)
            : new Fetched(Answer);
    }

    public ValueTask StartedAsync(Ticket ticket)
    {
        _waiting[ticket.Id].Started.TrySetResult();
        OnStarted?.Invoke(ticket);
        return ValueTask.CompletedTask;
    }

    public Task<bool> DeliverAsync(Ticket ticket, ConversionOutcome outcome, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (DeliveriesLost-- > 0) throw new IOException("The edge broke off.");
        if (IsDeserted) return Task.FromResult(false);
        Delivered.Enqueue(ticket.Id);
        _waiting[ticket.Id].Outcome.TrySetResult(outcome);
        return Task.FromResult(true);
    }

    public ValueTask GiveUpAsync(Ticket ticket)
    {
        GivenUp.Enqueue(ticket.Id);
        return ValueTask.CompletedTask;
    }

    public static IOException Refused() => new("Refused.", new SocketException((int)SocketError.ConnectionRefused));

    private sealed record Waiting(byte[] Source, byte[]? Watermark)
    {
        public TaskCompletionSource<ConversionOutcome> Outcome { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
