using System.Globalization;

namespace Millrace.Core.Poison;

/// <summary>
/// Remembers hashes in two generations: when the younger is full, the older is forgotten and the younger grows old.
/// What is asked for is young again. 128 bits of each are kept, so that one costs 16 bytes and no two meet by chance.
/// </summary>
internal sealed class FirstSightMemory(int hashesMax)
{
    private const int DigitsKept = 32;

    private readonly int _generationMax = Math.Max(1, hashesMax / 2);
    private HashSet<UInt128> _young = [];
    private HashSet<UInt128> _old = [];

    public int Count => _young.Count + _old.Count;

    public bool Contains(string contentHash)
    {
        var key = Key(contentHash);
        if (_young.Contains(key)) return true;
        if (!_old.Remove(key)) return false;
        Add(key);
        return true;
    }

    public void Add(string contentHash) => Add(Key(contentHash));

    public void Remove(string contentHash)
    {
        var key = Key(contentHash);
        _young.Remove(key);
        _old.Remove(key);
    }

    private void Add(UInt128 key)
    {
        if (_young.Count >= _generationMax) (_young, _old) = ([], _young);
        _young.Add(key);
        _old.Remove(key);
    }

    private static UInt128 Key(string contentHash) => UInt128.Parse(
        contentHash.AsSpan(0, DigitsKept), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
