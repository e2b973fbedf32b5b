namespace Millrace.Drills.Drills;

/// <summary>Which parts nobody harms now. Safe for any number of threads.</summary>
internal sealed class FreeParts
{
    private readonly Lock _lock = new();
    private readonly HashSet<MixedPart> _taken = [];

    /// <summary>Draws a kind of fault of those whose part is free, and takes the part.</summary>
    public MixedFault Take(IReadOnlyList<MixedFault> all, Random random)
    {
        lock (_lock)
        {
            List<MixedFault> free = [.. all.Where(kind => !_taken.Contains(kind.Part))];
            var kind = free[random.Next(free.Count)];
            _taken.Add(kind.Part);
            return kind;
        }
    }

    /// <summary>The part may be harmed again.</summary>
    public void GiveBack(MixedPart part)
    {
        lock (_lock) _taken.Remove(part);
    }
}
