using System.Globalization;
using Millrace.Billing.Raw;
using Millrace.Billing.Sealing;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Archive;

/// <summary>
/// Packs days away: volumes first, read back and held against their hashes; then the manifest; then the hot copies go.
/// Interrupted anywhere, the next run goes on. One run at a time.
/// </summary>
internal sealed class Archiver(
    IObjectStore hot, ColdStore cold, SealLog log, BillingOptions billing, ArchiveOptions options, TimeProvider time)
{
    private readonly string _work =
        Directory.CreateDirectory(Path.Combine(billing.WorkFolder!, "archive")).FullName;

    private readonly RawListing _listing = new(hot, billing);

    /// <summary>Packs every day that is due.</summary>
    /// <exception cref="ObjectStoreException">A store cannot.</exception>
    /// <exception cref="InvalidDataException">The chain is broken: nothing is appended to it.</exception>
    public async Task<ArchiveRun> RunAsync(CancellationToken cancellationToken)
    {
        await log.ReadAsync(cancellationToken);
        var chain = new ArchiveChain(hot, cold.Objects);
        await chain.ReadAsync(cancellationToken);
        if (chain.Faults.Count > 0)
            throw new InvalidDataException($"The archive is damaged: {string.Join(" ", chain.Faults)}");
        var run = new ArchiveRun();
        var segments = await _listing.ListAsync(DateTimeOffset.UnixEpoch, cancellationToken);
        foreach (var day in segments.GroupBy(segment => DayOf(segment.Hour)).OrderBy(day => day.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (day.Key.AddDays(1 + options.HotDays) > time.GetUtcNow()) continue;
            await RunAsync(day.Key, [.. day], chain, run, cancellationToken);
        }
        return run;
    }

    private async Task RunAsync(
        DateTimeOffset day, List<RawSegment> segments, ArchiveChain chain, ArchiveRun run,
        CancellationToken cancellationToken)
    {
        var name = NameOf(day);
        if (await NotDueAsync(day, cancellationToken) is { } reason)
        {
            run.Left(name, reason);
            return;
        }
        var packed = chain.Manifests.Where(manifest => manifest.Day == name)
            .SelectMany(manifest => manifest.Volumes).SelectMany(volume => volume.Files)
            .DistinctBy(file => file.Key).ToDictionary(file => file.Key, file => file.Hash);
        var fresh = segments.Where(segment => !packed.ContainsKey(segment.Key.ToString())).ToList();
        if (fresh.Count > 0)
        {
            var volumes = await PackAsync(day, fresh, run, cancellationToken);
            if (volumes is null) return;
            var isMine = await chain.AppendAsync(
                (number, previous) => new ArchiveManifest
                {
                    Number = number,
                    Previous = previous,
                    Day = name,
                    KeepUntil = day.AddDays(options.RetentionDays),
                    Volumes = volumes,
                },
                cancellationToken);
            if (!isMine) throw new IOException("Another process has archived meanwhile; run again.");
            run.Packed(chain.Manifests[^1]);
        }
        await RemoveAsync(name, segments, chain, run, cancellationToken);
    }

    private async Task<string?> NotDueAsync(DateTimeOffset day, CancellationToken cancellationToken)
    {
        for (var hour = day; hour < day.AddDays(1); hour = hour.AddHours(1))
        {
            if (!log.Has(hour) && hour >= log.First) return $"the hour {hour:HH} is not sealed";
        }
        var close = BillingKeys.Close(Period.Of(day));
        return await hot.HeadAsync(close, cancellationToken) is null ? $"{Period.Of(day)} is not billed" : null;
    }

    private async Task<List<ArchiveVolume>?> PackAsync(
        DateTimeOffset day, List<RawSegment> segments, ArchiveRun run, CancellationToken cancellationToken)
    {
        var volumes = new List<ArchiveVolume>();
        var waiting = new Queue<RawSegment>(
            segments.OrderBy(segment => segment.Key.ToString(), StringComparer.Ordinal));
        while (waiting.Count > 0)
        {
            var path = Path.Combine(_work, "volume.tar");
            await using (var writer = new VolumeWriter(path, day))
            {
                while (waiting.Count > 0 && writer.Bytes < options.VolumeMebibytes * 1024L * 1024)
                {
                    if (await AddAsync(writer, waiting.Dequeue(), cancellationToken) is not { } fault) continue;
                    run.Left(NameOf(day), fault);
                    return null;
                }
                var (bytes, hash) = await writer.EndAsync(cancellationToken);
                var key = ArchiveText.Volume(NameOf(day), hash);
                volumes.Add(new ArchiveVolume(key.ToString(), bytes, hash, writer.Files));
            }
            await StoreAsync(path, volumes[^1], cancellationToken);
            File.Delete(path);
        }
        return volumes;
    }

    private async Task<string?> AddAsync(VolumeWriter writer, RawSegment segment, CancellationToken cancellationToken)
    {
        var manifestKey = UsageKeys.Manifest(segment.Key);
        var text = await StoredText.ReadAsync(hot, manifestKey, UsageText.BytesMax, cancellationToken);
        var (manifest, reason) = text is null ? (null, "It is missing.") : UsageText.ReadManifest(text);
        if (manifest is null) return $"'{manifestKey}': {reason}";
        var bytes = await StoredText.ReadAsync(hot, segment.Key, int.MaxValue, cancellationToken);
        if (bytes is null) return $"'{segment.Key}' is missing, though its manifest is there";
        if (StoredText.Hash(bytes) != manifest.Hash)
            return $"'{segment.Key}' is corrupt: it is not what its manifest says";
        await writer.AddAsync(segment.Key, bytes, cancellationToken);
        await writer.AddAsync(manifestKey, text!, cancellationToken);
        return null;
    }

    // The name has the hash in it: one that is there is of these bytes, or is found out right after.
    private async Task StoreAsync(string path, ArchiveVolume volume, CancellationToken cancellationToken)
    {
        await using (var file = File.OpenRead(path))
        {
            var key = ObjectKey.Of(volume.Key);
            await cold.Objects.PutAsync(key, file, volume.Bytes, PutMode.Create, cancellationToken);
        }
        var faults = await VolumeReader.ReadAsync(cold.Objects, volume, take: null, cancellationToken);
        if (faults.Count > 0)
            throw new InvalidDataException($"What was written is not what is read: {string.Join(" ", faults)}");
    }

    // Segments go before their manifests: one without a segment is looked at again, one without a manifest is not.
    private async Task RemoveAsync(
        string day, List<RawSegment> segments, ArchiveChain chain, ArchiveRun run, CancellationToken cancellationToken)
    {
        var packed = chain.Manifests.Where(manifest => manifest.Day == day)
            .SelectMany(manifest => manifest.Volumes).SelectMany(volume => volume.Files).Select(file => file.Key)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var segment in segments.Where(segment => packed.Contains(segment.Key.ToString())))
        {
            var head = await hot.HeadAsync(segment.Key, cancellationToken);
            if (head is { } found && found.ModifiedAt + options.RestoredFor > time.GetUtcNow()) continue;
            await hot.DeleteAsync(segment.Key, cancellationToken);
            await hot.DeleteAsync(UsageKeys.Manifest(segment.Key), cancellationToken);
            run.Removed();
        }
    }

    private static DateTimeOffset DayOf(DateTimeOffset hour) => new(hour.UtcDateTime.Date, TimeSpan.Zero);

    private static string NameOf(DateTimeOffset day) =>
        day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>What a run of the archive did.</summary>
internal sealed class ArchiveRun
{
    private readonly List<ArchiveManifest> _packed = [];
    private readonly List<(string Day, string Reason)> _left = [];

    /// <summary>Manifests that were appended.</summary>
    public IReadOnlyList<ArchiveManifest> Manifests => _packed;

    /// <summary>Days that are old enough and were not packed, and why.</summary>
    public IReadOnlyList<(string Day, string Reason)> LeftDays => _left;

    /// <summary>Hot segments that are gone.</summary>
    public int SegmentsRemoved { get; private set; }

    public void Packed(ArchiveManifest manifest) => _packed.Add(manifest);

    public void Left(string day, string reason) => _left.Add((day, reason));

    public void Removed() => SegmentsRemoved++;
}
