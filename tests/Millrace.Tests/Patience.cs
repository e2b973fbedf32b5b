namespace Millrace.Tests;

/// <summary>Waits for conditions, and not for ever.</summary>
internal static class Patience
{
    /// <summary>Longest wait for anything that a test waits for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(10);

    public static Task UntilAsync(Func<bool> condition, string what, TimeSpan? longest = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, longest);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? longest = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var waited = TimeProvider.System.GetElapsedTime(start);
            Assert.True(waited < (longest ?? Longest), "Waited in vain until " + what);
            await Task.Delay(Blink, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
