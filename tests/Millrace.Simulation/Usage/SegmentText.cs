using System.Globalization;
using System.Text;
using Millrace.Core.Tickets;
using Millrace.Metering.Shipping;

namespace Millrace.Simulation.Usage;

/// <summary>A segment as text, in place of Parquet: a line a record, with its mark, name and time.</summary>
internal static class SegmentText
{
    /// <summary>Writes one.</summary>
    public static MemoryStream Write(SegmentColumns segment)
    {
        var text = new StringBuilder();
        foreach (var entry in segment.Entries)
        {
            var (mark, record) = (MarkOf(segment, entry.Sequence), entry.Record);
            var name = record.Lane == Lane.Bulk ? record.Id.ToString("N") : mark;
            text.Append(CultureInfo.InvariantCulture, $"{mark} {name} {record.At.ToUnixTimeMilliseconds()}\n");
        }
        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        return new MemoryStream(bytes, 0, bytes.Length, false, publiclyVisible: true);
    }

    /// <summary>Reads one.</summary>
    public static IEnumerable<SegmentLine> Read(byte[] bytes) =>
        Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            var parts = line.Split(' ');
            var mark = parts[0].Split('.');
            return new SegmentLine(
                mark[0], long.Parse(mark[1], CultureInfo.InvariantCulture),
                long.Parse(mark[2], CultureInfo.InvariantCulture), parts[1]);
        });

    private static string MarkOf(SegmentColumns segment, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{segment.Epoch.Recorder}.{segment.Epoch.Epoch}.{sequence}");
}

/// <summary>A record in a segment.</summary>
/// <param name="Recorder">Who.</param>
/// <param name="Epoch">Its boot.</param>
/// <param name="Sequence">Within it.</param>
/// <param name="Name">What it is counted by: its mark, or a job's id.</param>
internal readonly record struct SegmentLine(string Recorder, long Epoch, long Sequence, string Name);
