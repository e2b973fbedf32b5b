using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core.Poison;

/// <summary>
/// A map that holds so many keys at most and forgets the one that was set longest ago. Immutable: each step gives a new
/// map, and costs time logarithmic in the number of keys.
/// </summary>
internal sealed class RecentMap<TKey, TValue>
    where TKey : notnull
{
    private readonly int _keysMax;
    private readonly long _next;
    private readonly ImmutableDictionary<TKey, (long Turn, TValue Value)> _values;
    private readonly ImmutableSortedDictionary<long, TKey> _turns;

    /// <summary>An empty map for at most so many keys.</summary>
    public RecentMap(int keysMax)
        : this(keysMax, 0, ImmutableDictionary<TKey, (long, TValue)>.Empty, ImmutableSortedDictionary<long, TKey>.Empty)
    {
    }

    private RecentMap(
        int keysMax, long next, ImmutableDictionary<TKey, (long Turn, TValue Value)> values,
        ImmutableSortedDictionary<long, TKey> turns)
    {
        _keysMax = Math.Max(1, keysMax);
        _next = next;
        _values = values;
        _turns = turns;
    }

    /// <summary>All keys, in no order.</summary>
    public IEnumerable<TKey> Keys => _values.Keys;

    public bool Has(TKey key) => _values.ContainsKey(key);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _values.TryGetValue(key, out var held);
        value = held.Value;
        return found;
    }

    /// <summary>Sets a key, which becomes the latest.</summary>
    public RecentMap<TKey, TValue> Set(TKey key, TValue value)
    {
        var room = Has(key) ? Without(key) : _values.Count >= _keysMax ? Without(_turns.First().Value) : this;
        return new(
            _keysMax, _next + 1, room._values.Add(key, (_next, value)), room._turns.Add(_next, key));
    }

    public RecentMap<TKey, TValue> Without(TKey key) => _values.TryGetValue(key, out var held)
        ? new(_keysMax, _next, _values.Remove(key), _turns.Remove(held.Turn))
        : this;
}
