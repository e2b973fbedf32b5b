namespace Millrace.Contracts;

/// <summary>Waits of the suites: for something that must come, so that a fault is a failure and not a hang.</summary>
public static class Deadline
{
    /// <summary>Far beyond what any engine needs, a new leader included.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>The result, or a <see cref="TimeoutException"/>.</summary>
    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit, TimeProvider.System);

    /// <summary>Looks again until it holds: for what an engine tells only when asked.</summary>
    public static Task Until(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    /// <summary>As <see cref="Until"/>, of an engine that is slow to tell.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, $"Still not so: {what}.");
            await Task.Delay(Look, TimeProvider.System, CancellationToken.None);
        }
    }
}
