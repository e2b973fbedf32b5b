using Millrace.Region.Running;

namespace Millrace.Region.Bills;

/// <summary>Whoever records usage: the edges and workers of a region.</summary>
internal static class Recorders
{
    private const string Journal = ".journal";

    /// <summary>
    /// Stops all of them. What is told to stop ships all it has; what a store did not take goes with the next start,
    /// which is given twice.
    /// </summary>
    /// <returns>Journals that are left; empty when everything is shipped.</returns>
    public static async Task<IReadOnlyList<string>> StopAsync(RunningRegion region, CancellationToken cancellationToken)
    {
        const int starts = 2;
        await StopAllAsync(region);
        for (var again = 0; again < starts && Left(region).Count > 0; again++)
        {
            foreach (var role in region.Edges.Concat(region.Workers).ToList())
                await region.RestartAsync(role, cancellationToken);
            await StopAllAsync(region);
        }
        return Left(region);
    }

    private static Task<int[]> StopAllAsync(RunningRegion region) =>
        Task.WhenAll(region.Edges.Concat(region.Workers).Select(role => role.StopAsync()));

    private static List<string> Left(RunningRegion region) =>
    [
        .. Directory.EnumerateFiles(region.Options.UsageFolder, "*" + Journal, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(region.Options.UsageFolder, path)),
    ];
}
