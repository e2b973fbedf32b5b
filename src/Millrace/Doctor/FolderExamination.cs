using System.Globalization;

namespace Millrace.Doctor;

/// <summary>
/// Looks at a folder: whether it can be written, how long its disk takes, and how much room there is.
/// </summary>
internal static class FolderExamination
{
    private const int Writes = 32;
    private const int WriteBytes = 4096;
    private const long RoomBytes = 1L << 30;

    // A usage record is on the disk within a second, and a ticket before its acknowledgement: docs/guarantees.md.
    private static readonly TimeSpan SlowMedian = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowWorst = TimeSpan.FromMilliseconds(500);

    /// <summary>Writes and flushes a file there, and removes it.</summary>
    /// <param name="name">What the folder is.</param>
    /// <param name="path">Made if need be.</param>
    /// <param name="time">Measures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Finding> RunAsync(
        string name, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var part = $"disk of {name}";
        try
        {
            Directory.CreateDirectory(path);
            var took = await FlushAsync(Path.Combine(path, ".doctor"), time, cancellationToken);
            var room = new DriveInfo(path).AvailableFreeSpace;
            var (median, worst) = (took[took.Count / 2], took[^1]);
            var seen = string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: a flush takes {median.TotalMilliseconds:0.0} ms, the worst of {Writes} "
                + $"{worst.TotalMilliseconds:0.0} ms; {room / RoomBytes} GiB are free");
            if (room < RoomBytes) return Finding.Poor(part, seen + ": make room");
            return median > SlowMedian || worst > SlowWorst
                ? Finding.Poor(part, seen + ": its disk is slow, or busy with something else")
                : Finding.Well(part, seen);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad(part, $"{path} cannot be written: {exception.Message}");
        }
    }

    private static async Task<List<TimeSpan>> FlushAsync(
        string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var took = new List<TimeSpan>(Writes);
        await using var file = new FileStream(
            path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        for (var number = 0; number < Writes; number++)
        {
            var start = time.GetTimestamp();
            await file.WriteAsync(new byte[WriteBytes], cancellationToken);
            file.Flush(flushToDisk: true);
            took.Add(time.GetElapsedTime(start));
        }
        took.Sort();
        return took;
    }
}
