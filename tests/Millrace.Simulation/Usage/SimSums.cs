using System.Text;
using Millrace.Billing;
using Millrace.Billing.Raw;
using Millrace.Billing.Sealing;
using Millrace.Core.Objects;

namespace Millrace.Simulation.Usage;

/// <summary>
/// A sealer's disk and engine: files by their hash, and sums that are the names of the records which they count, so
/// that a judge sees which.
/// </summary>
internal sealed class SimSums(IObjectStore store)
{
    private const string New = "new";
    private readonly Dictionary<string, byte[]> _files = [];

    public SealHands Hands => new()
    {
        Bring = BringAsync,
        Remove = hashes => hashes.ToList().ForEach(hash => _files.Remove(hash)),
        Sum = (_, segments, _, before) => Sum(segments, before),
        Runs = Runs,
        Read = (path, _) => Task.FromResult(_files[path]),
    };

    /// <summary>The names in a file of sums.</summary>
    public static string[] Read(byte[] sums) =>
        Encoding.ASCII.GetString(sums).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<IReadOnlyList<Staged>> BringAsync(
        IReadOnlyList<(ObjectKey Key, string Hash)> wanted, IProgress<StagingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var staged = new List<Staged>();
        foreach (var (key, hash) in wanted)
        {
            if (!_files.ContainsKey(hash))
            {
                var bytes = await StoredText.ReadAsync(store, key, int.MaxValue, cancellationToken);
                if (bytes is null || StoredText.Hash(bytes) != hash)
                {
                    staged.Add(new(key, hash, null, $"'{key}' is missing or corrupt."));
                    continue;
                }
                _files[hash] = bytes;
            }
            staged.Add(new(key, hash, hash, null));
        }
        return staged;
    }

    private SummedHour Sum(
        IReadOnlyList<(RawSegment Segment, string Path)> segments, IReadOnlyList<string> before)
    {
        var lines = Lines(segments.Select(each => each.Path));
        var known = before.SelectMany(path => Read(_files[path])).ToHashSet();
        var names = lines.Select(line => line.Name).Distinct().Where(name => !known.Contains(name))
            .Order(StringComparer.Ordinal).ToList();
        _files[New] = Encoding.ASCII.GetBytes(string.Join('\n', names));
        return new SummedHour(
            names.Count == 0 ? null : New, names.Count,
            [
                .. lines.GroupBy(line => new EpochId(line.Recorder, line.Epoch)).OrderBy(epoch => epoch.Key)
                    .Select(epoch => new EpochCount(epoch.Key.Recorder, epoch.Key.Epoch, epoch.Count())),
            ]);
    }

    private List<SequenceRange> Runs(IReadOnlyList<string> paths) =>
        [.. Lines(paths).Select(line => new SequenceRange(line.Sequence, line.Sequence)).OrderBy(run => run.First)];

    private List<SegmentLine> Lines(IEnumerable<string> paths) =>
        [.. paths.Distinct().SelectMany(path => SegmentText.Read(_files[path])).Distinct()];
}
