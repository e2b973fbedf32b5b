using System.Threading.Channels;

namespace Millrace.Worker.Pool;

/// <summary>
/// Who may have a quarantine kernel: so many at once, first come, first served, and so many that wait. Safe for any
/// number of threads.
/// </summary>
internal sealed class QuarantineLine
{
    private readonly Channel<int> _places = Channel.CreateUnbounded<int>();
    private readonly int _waitingMax;
    private int _waiting;
    private int _inUse;

    public QuarantineLine(int places, int waitingMax)
    {
        _waitingMax = waitingMax;
        Length = places + waitingMax;
        for (var place = 0; place < places; place++)
        {
            _places.Writer.TryWrite(place);
        }
    }

    /// <summary>Places that are taken.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Most images in it, those with a place and those that wait.</summary>
    public int Length { get; }

    /// <summary>Waits for a place.</summary>
    /// <returns>A place, freed when disposed; null when as many wait as may.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while it waited; it has no place.</exception>
    public async ValueTask<QuarantinePlace?> EnterAsync(CancellationToken cancellationToken)
    {
        if (_places.Reader.TryRead(out var free)) return Taken(free);
        if (Interlocked.Increment(ref _waiting) > _waitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }
        try
        {
            // The channel hands a place to its first waiting reader.
            return Taken(await _places.Reader.ReadAsync(cancellationToken));
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    internal void Leave(int place)
    {
        Interlocked.Decrement(ref _inUse);
        _places.Writer.TryWrite(place);
    }

    private QuarantinePlace Taken(int place)
    {
        Interlocked.Increment(ref _inUse);
        return new QuarantinePlace(this, place);
    }
}

/// <summary>A place in the line; disposing it lets the next one in.</summary>
internal sealed class QuarantinePlace(QuarantineLine line, int place) : IDisposable
{
    private int _left;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0) line.Leave(place);
    }
}
