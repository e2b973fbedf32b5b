using Millrace.Billing.Raw;
using Millrace.Billing.Sql;

namespace Millrace.Billing.Sealing;

/// <summary>Sums the segments of an hour, by DuckDB over files on the local disk.</summary>
internal sealed class HourSums(DuckEngine engine, Staging staging)
{
    private const string LateView = "sums_now";

    /// <summary>Makes the file of an hour's sums.</summary>
    /// <param name="hour">Which.</param>
    /// <param name="segments">All of it, with the paths of their files.</param>
    /// <param name="cuts">Where plans changed within it.</param>
    /// <param name="before">Paths of the sums that the hour's seals have already.</param>
    /// <returns>The file, null when it is empty; and how many records of each epoch the hour has.</returns>
    /// <exception cref="InvalidDataException">A segment cannot be read.</exception>
    public SummedHour Sum(
        DateTimeOffset hour, IReadOnlyList<(RawSegment Segment, string Path)> segments, IReadOnlyList<PlanCut> cuts,
        IReadOnlyList<string> before)
    {
        if (segments.Count == 0) return new SummedHour(null, 0, []);
        See(segments);
        FillHour(hour, cuts);
        engine.Run(DuckEngine.Statement("records"));
        var epochs = engine.Query(
            DuckEngine.Statement("marks"),
            row => new EpochCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2))).ToList();
        var path = staging.NewPath("sums.part");
        Write(path, before);
        engine.SeeSums("written", [path]);
        var (rows, answers) = engine.Query(
            "SELECT count(*), CAST(coalesce(sum(answers), 0) AS BIGINT) FROM written",
            row => (row.GetInt64(0), row.GetInt64(1))).Single();
        return new SummedHour(rows == 0 ? null : path, answers, epochs);
    }

    /// <summary>Runs of sequences that segments of one epoch have.</summary>
    public List<SequenceRange> Runs(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0) return [];
        engine.SeeUsage("usage_again", paths);
        return [.. engine.Query(
            DuckEngine.Statement("runs"), row => new SequenceRange(row.GetInt64(0), row.GetInt64(1)))];
    }

    private void See(IReadOnlyList<(RawSegment Segment, string Path)> segments)
    {
        var again = Overlapping(segments.Select(each => each.Segment));
        var parts = segments.ToLookup(each => again.Contains(each.Segment.Of), each => each.Path);
        engine.SeeUsage("usage_once", [.. parts[false].Distinct()]);
        engine.SeeUsage("usage_again", [.. parts[true].Distinct()]);
    }

    // Only where two segments of an epoch overlap may a record stand in both: looking for it costs memory.
    private static HashSet<EpochId> Overlapping(IEnumerable<RawSegment> segments)
    {
        var (found, lasts) = (new HashSet<EpochId>(), new Dictionary<EpochId, long>());
        foreach (var segment in segments.OrderBy(segment => segment.First))
        {
            var last = lasts.GetValueOrDefault(segment.Of);
            if (segment.First <= last) found.Add(segment.Of);
            lasts[segment.Of] = Math.Max(last, segment.Last);
        }
        return found;
    }

    private void FillHour(DateTimeOffset hour, IReadOnlyList<PlanCut> cuts)
    {
        var end = hour.AddHours(1).ToUnixTimeMilliseconds();
        engine.Fill(
            "hours", "hour_ms BIGINT", [hour.ToUnixTimeMilliseconds()], (row, at) => row.AppendValue(at));
        var slices = cuts.GroupBy(cut => cut.Tenant).SelectMany(tenant =>
        {
            var times = tenant.Select(cut => cut.At.ToUnixTimeMilliseconds()).Distinct().Order().ToList();
            return times.Zip(times.Skip(1).Append(end), (from, until) => (tenant.Key, from, until));
        });
        engine.Fill(
            "slices", "tenant VARCHAR, from_ms BIGINT, until_ms BIGINT", slices,
            (row, slice) => row.AppendValue(slice.Key).AppendValue(slice.from).AppendValue(slice.until));
    }

    private void Write(string path, IReadOnlyList<string> before)
    {
        var sums = DuckEngine.Statement("hour-sums");
        if (before.Count == 0)
        {
            engine.Write(sums, path);
            return;
        }
        engine.Run($"CREATE OR REPLACE VIEW {LateView} AS {sums}");
        engine.SeeSums("sums_before", before);
        engine.Write(DuckEngine.Statement("hour-late"), path);
    }
}

/// <summary>An hour that was summed.</summary>
/// <param name="Path">The file of its sums; null when there are none.</param>
/// <param name="Answers">Answers in it.</param>
/// <param name="Epochs">Records of each epoch that the hour has in all.</param>
internal sealed record SummedHour(string? Path, long Answers, IReadOnlyList<EpochCount> Epochs);
