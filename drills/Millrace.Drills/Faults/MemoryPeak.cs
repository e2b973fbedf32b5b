using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>The most that any child of some processes has in memory, looked at 20 times a second.</summary>
internal sealed class MemoryPeak(IEnumerable<int> parents, TimeProvider time)
{
    private const int BytesPerUnit = 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly List<int> _parents = [.. parents];

    /// <summary>Resident bytes, at most so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Watches until told to stop.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Bytes = Math.Max(Bytes, _parents.SelectMany(ProcessTree.Children).Select(Resident).DefaultIfEmpty().Max());
            await Task.Delay(Look, time, CancellationToken.None);
        }
    }

    // One that has ended meanwhile has nothing any more.
    private static long Resident(int id)
    {
        try
        {
            var line = File.ReadLines($"/proc/{id}/status")
                .FirstOrDefault(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : BytesPerUnit * long.Parse(
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
