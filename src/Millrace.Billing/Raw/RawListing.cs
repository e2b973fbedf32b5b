using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Raw;

/// <summary>Finds raw segments in the object store. A segment counts once its manifest is there.</summary>
internal sealed class RawListing(IObjectStore store, BillingOptions options)
{
    private const string Manifest = ".json";
    private const int RegionsMax = 1_000;

    // Manifests never change, so they are read once a process; those of segments that are sealed are forgotten.
    private readonly Dictionary<ObjectKey, FoundSegment> _known = [];

    /// <summary>Every segment with a manifest, and every manifest without a segment, by key.</summary>
    /// <param name="from">The first day that is looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public async Task<List<RawSegment>> ListAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        var segments = new List<RawSegment>();
        await foreach (var region in RegionsAsync(cancellationToken))
            await ListAsync(region, from, segments, cancellationToken);
        return segments;
    }

    /// <summary>Reads the manifests of segments, and forgets all others.</summary>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public async Task<List<FoundSegment>> ReadAsync(
        IReadOnlyCollection<RawSegment> segments, CancellationToken cancellationToken)
    {
        var wanted = segments.Select(segment => segment.Key).ToHashSet();
        foreach (var key in _known.Keys.Where(key => !wanted.Contains(key)).ToList()) _known.Remove(key);
        var missing = segments.Where(segment => !_known.ContainsKey(segment.Key)).ToList();
        var read = new FoundSegment[missing.Count];
        await Abreast.RunAsync(
            missing.Count, options.StoreParallelism,
            async (index, token) => read[index] = await ReadAsync(missing[index], token), cancellationToken);
        foreach (var found in read) _known[found.Segment.Key] = found;
        return [.. segments.Select(segment => _known[segment.Key])];
    }

    private async IAsyncEnumerable<string> RegionsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectKey? after = null;
        for (var count = 0; count < RegionsMax; count++)
        {
            if (await FirstAsync(UsageKeys.Raw, after, cancellationToken) is not { } key) yield break;
            var text = key.ToString();
            var region = text[..(text.IndexOf('/', UsageKeys.Raw.Length) + 1)];
            yield return region;

            // The tilde is behind every letter of a date: what follows is another region.
            after = ObjectKey.Of(region + "~");
        }
        throw new InvalidDataException($"There are more than {RegionsMax} regions under {UsageKeys.Raw}.");
    }

    private async Task<ObjectKey?> FirstAsync(string prefix, ObjectKey? after, CancellationToken cancellationToken)
    {
        await foreach (var head in store.ListAsync(prefix, after, cancellationToken)) return head.Key;
        return null;
    }

    private async Task ListAsync(
        string region, DateTimeOffset from, List<RawSegment> segments, CancellationToken cancellationToken)
    {
        var after = ObjectKey.Of(FormattableString.Invariant($"{region}date={from.UtcDateTime:yyyy-MM-dd}"));

        // A manifest's key is its segment's and more, so it comes right behind it.
        await foreach (var head in store.ListAsync(region, after, cancellationToken))
        {
            var text = head.Key.ToString();
            if (!text.EndsWith(Manifest, StringComparison.Ordinal)) continue;
            if (RawSegment.TryParse(ObjectKey.Of(text[..^Manifest.Length])) is { } segment) segments.Add(segment);
        }
    }

    private async Task<FoundSegment> ReadAsync(RawSegment segment, CancellationToken cancellationToken)
    {
        var key = UsageKeys.Manifest(segment.Key);
        var text = await StoredText.ReadAsync(store, key, UsageText.BytesMax, cancellationToken);
        if (text is null) return new(segment, null, $"'{key}' was listed and is not there.");
        var (manifest, reason) = UsageText.ReadManifest(text);
        return manifest is null ? new(segment, null, $"'{key}': {reason}") : Check(segment, manifest);
    }

    private static FoundSegment Check(RawSegment segment, UsageManifest manifest)
    {
        var isOfIt = manifest.Recorder == segment.Recorder && manifest.Epoch == segment.Epoch
            && manifest.First == segment.First && manifest.Last == segment.Last;
        if (!isOfIt) return new(segment, manifest, $"The manifest of '{segment.Key}' is of another segment.");
        if (manifest.Schema != UsageColumns.Version)
        {
            var schema = $"columns of version {manifest.Schema}, which this build does not know";
            return new(segment, manifest, $"'{segment.Key}' has {schema}.");
        }
        var isOfHour = manifest.EarliestAt >= segment.Hour && manifest.LatestAt < segment.Hour.AddHours(1);
        return new(segment, manifest, isOfHour ? null : $"'{segment.Key}' has records of other hours.");
    }
}
