using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Millrace.Core.Objects;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;
using Parquet;

namespace Millrace.Metering.Shipping;

/// <summary>Makes the file of a segment: equal records make equal bytes.</summary>
/// <param name="segment">Its records.</param>
/// <param name="records">Which they are, for whoever finds the file: a hash.</param>
/// <param name="cancellationToken">Ends it.</param>
internal delegate Task<MemoryStream> WriteSegment(
    SegmentColumns segment, string records, CancellationToken cancellationToken);

/// <summary>
/// Ships records to the object store: for each hour of a cut a Parquet segment and then its manifest, both created once
/// and never replaced.
/// </summary>
internal sealed partial class RawDelivery(
    IObjectStore store, MeteringOptions options, TimeProvider time, MeteringMetrics metrics,
    ILogger<RawDelivery> logger, WriteSegment? write = null) : IDelivery
{
    private readonly WriteSegment _write =
        write ?? ((segment, records, cancellationToken) => segment.WriteAsync(records, cancellationToken));

    private TimeSpan? _clockOffset;

    public string Store => "raw";

    public TimeSpan Interval => options.SegmentInterval;

    public int RecordsMax => options.SegmentRecordsMax;

    public async Task ShipAsync(EpochJournal epoch, ShipCut cut, CancellationToken cancellationToken)
    {
        var hours = new SortedDictionary<long, SegmentColumns>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        epoch.Read(cut, (sequence, payload) =>
        {
            Hash(hash, sequence, payload);
            var entry = JournalFrame.Read(sequence, payload);
            var hour = entry.Record.At.ToUnixTimeSeconds() / 3600;
            if (!hours.TryGetValue(hour, out var segment)) hours[hour] = segment = new(epoch.Name);
            segment.Add(entry);
        });
        var records = Convert.ToHexStringLower(hash.GetCurrentHash());
        foreach (var (hour, segment) in hours)
        {
            await StoreAsync(
                epoch.Name, DateTimeOffset.FromUnixTimeSeconds(hour * 3600), segment, records,
                cancellationToken);
        }
    }

    public async Task TellAsync(UsageEpoch word, CancellationToken cancellationToken)
    {
        var key = UsageKeys.Epoch(word.Recorder, word.Epoch);
        var text = UsageText.Write(word with { ClockOffset = _clockOffset });
        var (before, start) = (time.GetUtcNow(), time.GetTimestamp());
        await store.PutAsync(key, text, PutMode.Replace, cancellationToken);
        var took = time.GetElapsedTime(start);
        if (await store.HeadAsync(key, cancellationToken) is { } head) Compare(head.ModifiedAt, before, took);
        if (!word.HasEnded) return;
        var end = UsageKeys.EpochEnd(word.Recorder, word.Epoch);
        await store.PutAsync(end, text, PutMode.Create, cancellationToken);
    }

    // The store's time, which may be in whole seconds, against the span in which it must lie.
    private void Compare(DateTimeOffset stored, DateTimeOffset before, TimeSpan took)
    {
        var offset = stored - (before + (took / 2));
        var doubt = (took / 2) + TimeSpan.FromSeconds(1);
        _clockOffset = offset.Duration() <= doubt ? TimeSpan.Zero : offset;
        metrics.ClockOffset(_clockOffset.Value);
        if (_clockOffset.Value.Duration() > options.ClockTolerance) LogClock(-_clockOffset.Value);
    }

    private async Task StoreAsync(
        EpochName epoch, DateTimeOffset hour, SegmentColumns segment, string records,
        CancellationToken cancellationToken)
    {
        var key = UsageKeys.Segment(options.Region, hour, epoch.Recorder, epoch.Epoch, segment.First, segment.Last);
        using var file = await _write(segment, records, cancellationToken);
        var bytes = file.GetBuffer().AsMemory(0, (int)file.Length);
        if (await store.PutAsync(key, bytes, PutMode.Create, cancellationToken) == PutOutcome.Exists)
            bytes = await OwnAsync(key, bytes, records, cancellationToken);
        var manifest = ManifestOf(epoch, segment, bytes.Span);

        // One that is there is this one: of the same segment, and at most of another look at the clock.
        await store.PutAsync(
            UsageKeys.Manifest(key), UsageText.Write(manifest), PutMode.Create, cancellationToken);
    }

    /// <summary>
    /// What an earlier try has stored; possibly by another build, so that its bytes differ and its records do not.
    /// </summary>
    private async Task<Memory<byte>> OwnAsync(
        ObjectKey key, Memory<byte> made, string records, CancellationToken cancellationToken)
    {
        await using var stored = await store.GetAsync(key, range: null, cancellationToken)
            ?? throw new ObjectStoreException(ObjectStoreFault.Broken, $"'{key}' is there and is not.");
        var bytes = new byte[stored.Head.Length];
        await stored.Content.ReadExactlyAsync(bytes, cancellationToken);
        if (bytes.AsSpan().SequenceEqual(made.Span)) return made;
        await using var reader = await ParquetReader.CreateAsync(
            new MemoryStream(bytes), null, false, cancellationToken);
        return reader.CustomMetadata.GetValueOrDefault(SegmentColumns.RecordsKey) == records
            ? bytes
            : throw new ObjectStoreException(
                ObjectStoreFault.Broken, $"'{key}' has other records: two recorders have one name, or it was altered.");
    }

    private UsageManifest ManifestOf(EpochName epoch, SegmentColumns segment, ReadOnlySpan<byte> bytes) => new()
    {
        Recorder = epoch.Recorder,
        Epoch = epoch.Epoch,
        First = segment.First,
        Last = segment.Last,
        Records = segment.Count,
        Bytes = bytes.Length,
        Hash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        EarliestAt = segment.EarliestAt,
        LatestAt = segment.LatestAt,
        Schema = UsageColumns.Version,
        ClockOffset = _clockOffset,
    };

    private static void Hash(IncrementalHash hash, long sequence, ReadOnlySpan<byte> payload)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, sequence);
        hash.AppendData(number);
        hash.AppendData(payload);
    }

    [LoggerMessage(8020, LogLevel.Warning,
        "This machine's clock is {Offset} ahead of the object store's: usage is told with times of this clock")]
    private partial void LogClock(TimeSpan offset);
}
