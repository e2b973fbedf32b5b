using Millrace.Drills.Running;

namespace Millrace.Drills.Drills;

/// <summary>Faults of every kind and at every part, two at a time, drawn from the seed.</summary>
internal static class MixDrill
{
    private const int AtOnce = 2;
    private const double SecondsMin = 3;
    private const double RestMin = 2;
    private const double RestMax = 8;
    private static readonly TimeSpan LengthMin = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("mix", "Faults of every kind, two at a time, for as long as --minutes says (at least 2): nothing "
            + "acknowledged is lost, no outcome comes twice, and each use is billed once.", ActAsync)
        {
            IsBilled = true,
            IsAsLongAsTold = true,
            Limits = new()
            {
                GapMax = TimeSpan.FromSeconds(20),
                RecoveryMax = TimeSpan.FromSeconds(20),
                FailedShareMax = 0.02,
                TracelessShareMax = 0.2,
            },
        },
    ];

    // One that fails to make its fault ends the others, whose faults are healed.
    private static async Task ActAsync(Scene scene, CancellationToken cancellationToken)
    {
        var length = scene.Length < LengthMin ? LengthMin : scene.Length;
        var start = scene.Time.GetTimestamp();
        var parts = new FreeParts();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var nemeses = Enumerable.Range(0, AtOnce)
            .Select(_ => HarmAsync(scene, new Random(scene.Random.Next()), parts, IsOver, stop.Token)).ToList();
        try
        {
            await await Task.WhenAny(nemeses);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            await Task.WhenAll(nemeses);
        }

        bool IsOver() => scene.Time.GetElapsedTime(start) >= length;
    }

    private static async Task HarmAsync(
        Scene scene, Random random, FreeParts parts, Func<bool> isOver, CancellationToken cancellationToken)
    {
        while (!isOver())
        {
            var kind = parts.Take(MixedFaults.All, random);
            try
            {
                var seconds = Between(random, SecondsMin, kind.SecondsMax);
                await scene.DoAsync(kind.Make(scene, random), seconds, cancellationToken);
            }
            finally
            {
                parts.GiveBack(kind.Part);
            }
            await scene.PassAsync(Between(random, RestMin, RestMax), cancellationToken);
        }
    }

    private static double Between(Random random, double least, double most) =>
        least + ((most - least) * random.NextDouble());
}
