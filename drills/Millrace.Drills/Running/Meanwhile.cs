namespace Millrace.Drills.Running;

/// <summary>Something that goes on beside something else, and has ended when that has, however it ends.</summary>
internal static class Meanwhile
{
    /// <summary>Does both.</summary>
    /// <param name="beside">Goes on until it is told to stop.</param>
    /// <param name="act">Ends by itself.</param>
    /// <param name="cancellationToken">Stops the first, too.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task> beside, Func<Task> act, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = beside(stop.Token);
        try
        {
            await act();
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }
}
