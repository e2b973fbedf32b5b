using Millrace.Core.Handover;

namespace Millrace.Edge.Dispatch;

/// <summary>The edge's answer to a fetch; when granted, disposing it ends the reading of the bytes.</summary>
internal sealed class Handout : IDisposable
{
    private readonly OpenConversion? _conversion;
    private readonly Guid _worker;
    private readonly int _number;
    private int _ended;

    /// <summary>A refusal.</summary>
    public Handout(FetchAnswer answer) => Answer = answer;

    /// <summary>A grant.</summary>
    /// <param name="conversion">Whose bytes.</param>
    /// <param name="worker">Who has them now.</param>
    /// <param name="number">Of its claim.</param>
    /// <param name="remaining">How long the caller still waits.</param>
    public Handout(OpenConversion conversion, Guid worker, int number, TimeSpan remaining)
    {
        (_conversion, _worker, _number, Remaining) = (conversion, worker, number, remaining);
        Answer = FetchAnswer.Granted;
    }

    /// <summary>What it is.</summary>
    public FetchAnswer Answer { get; }

    /// <summary>How long the caller still waits; zero unless granted.</summary>
    public TimeSpan Remaining { get; }

    /// <summary>The image; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Source => _conversion?.Order.Request.Source ?? default;

    /// <summary>The watermark; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Watermark => _conversion?.Order.Request.Watermark ?? default;

    /// <summary>The bytes did not reach the worker: the claim is given up, unless it was renewed since.</summary>
    public void BreakOff() => _conversion?.GaveUp(_worker, _number);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_conversion is not null && Interlocked.Exchange(ref _ended, 1) == 0) _conversion.EndReading();
    }
}
