using System.Collections.Concurrent;

namespace Millrace.Worker.Edges;

/// <summary>
/// How slow this worker is in the eyes of each edge that it has a session with: its time a megapixel as a multiple of
/// the fleet's median. Safe for any number of threads.
/// </summary>
public sealed class EdgePaces
{
    private readonly ConcurrentDictionary<string, double> _told = new(StringComparer.Ordinal);

    /// <summary>The slowest that a live edge has told; 1 when none has told any.</summary>
    public double Slowest => _told.Values.DefaultIfEmpty(1).Max();

    /// <summary>An edge told a pace.</summary>
    public void Tell(string edge, double ofMedian)
    {
        if (double.IsFinite(ofMedian) && ofMedian > 0) _told[edge] = ofMedian;
    }

    /// <summary>An edge's session has ended; what it told no longer counts.</summary>
    public void Forget(string edge) => _told.TryRemove(edge, out _);
}
