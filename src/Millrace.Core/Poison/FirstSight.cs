namespace Millrace.Core.Poison;

/// <summary>
/// The first-sight gate: of an image that has never been converted without a death, one request goes out and its
/// equals wait, so that a pill sent a hundred times at once kills once. Pure but for its own memory; for one thread at
/// a time.
/// </summary>
/// <param name="seenMax">Images remembered as harmless, about; the oldest are forgotten.</param>
/// <param name="waitingMax">Requests that wait, of all images together.</param>
public sealed class FirstSight(int seenMax, int waitingMax)
{
    private readonly FirstSightMemory _seen = new(seenMax);
    private readonly Dictionary<string, LinkedList<Guid>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Requests that wait now.</summary>
    public int Waiting { get; private set; }

    /// <summary>A request comes.</summary>
    /// <param name="contentHash">SHA-256 of its image, hexadecimal.</param>
    /// <param name="request">Its id, unique among those that wait.</param>
    public FirstSightAnswer Arrive(string contentHash, Guid request)
    {
        if (_seen.Contains(contentHash)) return FirstSightAnswer.Free;
        if (_waiting.TryGetValue(contentHash, out var equals))
        {
            if (Waiting >= waitingMax) return FirstSightAnswer.Full;
            equals.AddLast(request);
            Waiting++;
            return FirstSightAnswer.Wait;
        }
        _waiting.Add(contentHash, []);
        return FirstSightAnswer.First;
    }

    /// <summary>The first has ended.</summary>
    /// <param name="contentHash">SHA-256 of its image.</param>
    /// <param name="end">How.</param>
    /// <returns>
    /// Who waits no longer: all of its equals, free, after <see cref="FirstSightEnd.Harmless"/>; otherwise the one
    /// that is the first now, if there is one.
    /// </returns>
    public IReadOnlyList<Guid> Ended(string contentHash, FirstSightEnd end)
    {
        if (!_waiting.TryGetValue(contentHash, out var equals)) return [];
        if (end == FirstSightEnd.Harmless) _seen.Add(contentHash);
        if (end == FirstSightEnd.Harmless || equals.Count == 0) return Release(contentHash, equals);
        var next = equals.First!.Value;
        equals.RemoveFirst();
        Waiting--;
        return [next];
    }

    /// <summary>A request that waits gives up.</summary>
    /// <returns>False when it waits no longer: it was released just now.</returns>
    public bool Leave(string contentHash, Guid request)
    {
        if (!_waiting.TryGetValue(contentHash, out var equals) || !equals.Remove(request)) return false;
        Waiting--;
        return true;
    }

    /// <summary>The image has killed, though it had been harmless before: its equals wait from now on.</summary>
    public void Died(string contentHash) => _seen.Remove(contentHash);

    private Guid[] Release(string contentHash, LinkedList<Guid> equals)
    {
        _waiting.Remove(contentHash);
        Waiting -= equals.Count;
        return [.. equals];
    }
}

/// <summary>What a request does that has come to the gate.</summary>
public enum FirstSightAnswer
{
    /// <summary>Goes out: its image is known to be harmless.</summary>
    Free,

    /// <summary>Goes out as the first, and says when it has ended.</summary>
    First,

    /// <summary>Waits for the first.</summary>
    Wait,

    /// <summary>Is refused: too many wait.</summary>
    Full,
}

/// <summary>How a first request ended.</summary>
public enum FirstSightEnd
{
    /// <summary>Nobody knows: it never reached a kernel, or its caller went.</summary>
    Unknown,

    /// <summary>A kernel had it and lived, whatever it said of the image.</summary>
    Harmless,

    /// <summary>A kernel died, or a worker.</summary>
    Death,
}
