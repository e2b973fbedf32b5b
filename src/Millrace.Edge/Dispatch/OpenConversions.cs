using System.Collections.Concurrent;

namespace Millrace.Edge.Dispatch;

/// <summary>
/// The conversions of this edge that somebody waits for, or whose workers have not said their last word. Safe for any
/// number of threads; bounded by the requests that are admitted, and what lingers by
/// <see cref="DispatchOptions.AftermathMax"/>.
/// </summary>
internal sealed class OpenConversions
{
    private readonly ConcurrentDictionary<Guid, OpenConversion> _all = new();

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>How many of them a worker has.</summary>
    public int Claimed => _all.Values.Count(conversion => conversion.IsClaimed);

    /// <summary>All as they are now.</summary>
    public ICollection<OpenConversion> All => _all.Values;

    /// <summary>Adds one.</summary>
    /// <exception cref="ArgumentException">There is one of that id.</exception>
    public void Add(OpenConversion conversion)
    {
        if (!_all.TryAdd(conversion.Order.Id, conversion)) throw new ArgumentException("The job's id is taken.");
    }

    /// <summary>Forgets one.</summary>
    public void Remove(Guid id) => _all.TryRemove(id, out _);

    /// <summary>The conversion of that id; null when there is none.</summary>
    public OpenConversion? Find(Guid id) => _all.GetValueOrDefault(id);
}
