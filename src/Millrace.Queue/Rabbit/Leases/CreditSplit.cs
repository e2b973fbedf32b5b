namespace Millrace.Queue.Rabbit.Leases;

/// <summary>
/// How a worker's credit for a lane is spread over the cells: those in which tickets waited lately share it, each of
/// the
/// others gets 1, so that it can give what comes. Pure.
/// </summary>
internal static class CreditSplit
{
    /// <summary>The prefetch of a cell's consumer, at least 1.</summary>
    /// <param name="credit">For the lane, at least 1.</param>
    /// <param name="isBusy">By cell, whether tickets waited in it lately. When in none, all share.</param>
    /// <param name="cell">Whose.</param>
    /// <param name="offset">
    /// At least 0; differs from worker to worker, so that what does not divide is not always the first's.
    /// </param>
    public static ushort Of(int credit, ReadOnlySpan<bool> isBusy, int cell, int offset)
    {
        var isAnyBusy = isBusy.Contains(true);
        if (isAnyBusy && !isBusy[cell]) return 1;
        var (sharing, before) = (0, 0);
        for (var step = 0; step < isBusy.Length; step++)
        {
            var index = (step + offset) % isBusy.Length;
            if (index == cell) before = sharing;
            if (!isAnyBusy || isBusy[index]) sharing++;
        }
        var share = (credit / sharing) + (before < credit % sharing ? 1 : 0);
        return (ushort)Math.Clamp(share, 1, ushort.MaxValue);
    }
}
