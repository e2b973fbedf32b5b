using Millrace.Billing.Raw;
using Millrace.Billing.Sql;
using Millrace.Core.Objects;

namespace Millrace.Billing.Sealing;

/// <summary>Brings objects to the local disk, each held against its hash.</summary>
internal delegate Task<IReadOnlyList<Staged>> BringObjects(
    IReadOnlyList<(ObjectKey Key, string Hash)> wanted, IProgress<StagingProgress>? progress,
    CancellationToken cancellationToken);

/// <summary>Sums an hour.</summary>
internal delegate SummedHour SumHour(
    DateTimeOffset hour, IReadOnlyList<(RawSegment Segment, string Path)> segments, IReadOnlyList<PlanCut> cuts,
    IReadOnlyList<string> before);

/// <summary>What sealing does on the local disk and has summed. Its sealer disposes of it.</summary>
internal sealed class SealHands : IDisposable
{
    private readonly IDisposable? _engine;

    /// <summary>Of what somebody else disposes of.</summary>
    public SealHands()
    {
    }

    private SealHands(IDisposable engine) => _engine = engine;

    /// <summary>Brings objects to the disk, as <see cref="Staging"/> does.</summary>
    public required BringObjects Bring { get; init; }

    /// <summary>See <see cref="Staging.Remove"/>.</summary>
    public required Action<IEnumerable<string>> Remove { get; init; }

    /// <summary>See <see cref="HourSums.Sum"/>.</summary>
    public required SumHour Sum { get; init; }

    /// <summary>See <see cref="HourSums.Runs"/>.</summary>
    public required Func<IReadOnlyList<string>, List<SequenceRange>> Runs { get; init; }

    /// <summary>Reads the file of sums.</summary>
    public required Func<string, CancellationToken, Task<byte[]>> Read { get; init; }

    /// <summary>Starts DuckDB; reads nothing.</summary>
    public static SealHands Of(IObjectStore store, BillingOptions options)
    {
        var staging = new Staging(store, options);
        var engine = new DuckEngine(options);
        var sums = new HourSums(engine, staging);
        return new SealHands(engine)
        {
            Bring = staging.BringAsync,
            Remove = staging.Remove,
            Sum = sums.Sum,
            Runs = sums.Runs,
            Read = (path, cancellationToken) => File.ReadAllBytesAsync(path, cancellationToken),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _engine?.Dispose();
}
