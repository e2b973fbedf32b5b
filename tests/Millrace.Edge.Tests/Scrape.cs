namespace Millrace.Edge.Tests;

/// <summary>Reads /metrics.</summary>
internal static class Scrape
{
    public static async Task<string[]> LinesAsync(EdgeServer server) =>
        (await server.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');

    /// <summary>
    /// Reads until a line of this name holds all of these: what is counted after an answer comes late.
    /// </summary>
    public static async Task UntilAsync(EdgeServer server, string name, params string[] labels)
    {
        using var patience = new CancellationTokenSource(EdgeServer.Patience);
        while (true)
        {
            var lines = await LinesAsync(server);
            if (lines.Any(line => Holds(line, name, labels))) return;
            var wanted = string.Join(' ', labels.Prepend(name));
            Assert.False(patience.IsCancellationRequested, $"No {wanted} in:\n{string.Join('\n', lines)}");
            await Task.Yield();
        }
    }

    private static bool Holds(string line, string name, string[] labels) =>
        line.StartsWith(name, StringComparison.Ordinal)
        && labels.All(label => (line + '\n').Contains(label, StringComparison.Ordinal));
}
