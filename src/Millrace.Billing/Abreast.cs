namespace Millrace.Billing;

/// <summary>Does many things, some at a time, without leaving the caller's context for another thread.</summary>
internal static class Abreast
{
    /// <summary>Does each of so many; after a failure none begins, and it is thrown once the others end.</summary>
    /// <param name="count">How many.</param>
    /// <param name="atOnce">How many at a time, at least 1.</param>
    /// <param name="act">Does one, by its number from 0.</param>
    /// <param name="cancellationToken">Begins no further one.</param>
    public static async Task RunAsync(
        int count, int atOnce, Func<int, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(atOnce, count)).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            var isWell = false;
            try
            {
                while (Interlocked.Increment(ref next) is var number && number < count)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await act(number, cancellationToken);
                }
                isWell = true;
            }
            finally
            {
                if (!isWell) Volatile.Write(ref next, count);
            }
        }
    }
}
