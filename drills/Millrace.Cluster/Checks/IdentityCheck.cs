using System.Globalization;
using Millrace.Region.Load;

namespace Millrace.Cluster.Checks;

/// <summary>
/// Management and its database are killed under load: every key that is known goes on working, also at an edge that
/// starts meanwhile. Afterwards keys are made and revoked, and it is measured how soon every edge knows.
/// </summary>
internal static class IdentityCheck
{
    private const int Tenants = 20;
    private const int KeysEach = 2;
    private const int PerSecond = 20;
    private const int Rounds = 40;
    private const string Query = "width=200";
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KillAt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ColdStartAt = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KnownLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static async Task<Verdict> RunAsync(Ground ground, CancellationToken cancellationToken)
    {
        var verdict = new Verdict("identity");
        var management = ground.Region.Management!;
        using var probe = new KeyProbe(ground.Time);
        var keys = new List<string>();
        for (var i = 0; i < Tenants; i++)
        {
            var tenant = await management.TenantAsync($"tenant {i}", cancellationToken);
            for (var j = 0; j < KeysEach; j++) keys.Add((await management.KeyAsync(tenant, cancellationToken)).Text);
        }
        foreach (var edge in ground.EdgeAddresses)
        {
            foreach (var key in keys) await probe.UntilAsync(edge, key, true, KnownLimit, cancellationToken);
        }
        await OutageAsync(ground, keys, verdict, probe, cancellationToken);
        await CatchUpAsync(ground, verdict, probe, cancellationToken);
        await PropagationAsync(ground, verdict, probe, cancellationToken);
        return verdict;
    }

    private static async Task OutageAsync(
        Ground ground, List<string> keys, Verdict verdict, KeyProbe probe, CancellationToken cancellationToken)
    {
        var management = ground.Region.Management!;
        var length = ground.Region.IsLong ? Long : Short;
        using var balancer = new Balancer(() => ground.EdgeAddresses, Patience, ground.Time);
        var load = ClosedLoop.AtRateAsync(
            (int)length.TotalSeconds * PerSecond, PerSecond,
            index => balancer.ConvertAsync(
                ground.Photos.Smallest, Query, $"key {index % keys.Count}", cancellationToken,
                keys[index % keys.Count]),
            ground.Time);
        await Task.Delay(KillAt, ground.Time, cancellationToken);
        await management.KillAsync();
        Console.Out.WriteLine("PostgreSQL and management are killed.");
        await Task.Delay(ColdStartAt - KillAt, ground.Time, cancellationToken);
        var cold = ground.Region.Edges[^1];
        await cold.KillAsync();
        cold = await ground.Region.RestartAsync(cold, cancellationToken);
        var known = 0;
        foreach (var key in keys)
        {
            if (await probe.IsTakenAsync(cold.Start.Address, key, cancellationToken)) known++;
        }
        var answers = await load;
        Console.Out.WriteLine($"without management: {Summary.Of(answers)}");
        var failed = answers.Count(answer => !answer.IsConverted);
        verdict.Expect(failed == 0, $"{failed} of {answers.Count} answers failed while management was away");
        verdict.Expect(
            known == keys.Count, $"{known} of {keys.Count} keys known at {cold.Name}, started while it was away");
        await management.RestartAsync(cancellationToken);
        Console.Out.WriteLine("PostgreSQL and management are back.");
    }

    // Edges ask a management that is away ever more rarely: the first word after its return takes longer than those
    // that follow, and is a figure of its own.
    private static async Task CatchUpAsync(
        Ground ground, Verdict verdict, KeyProbe probe, CancellationToken cancellationToken)
    {
        var management = ground.Region.Management!;
        var tenant = await management.TenantAsync("first after", cancellationToken);
        var (key, id) = await management.KeyAsync(tenant, cancellationToken);
        await EverywhereAsync(ground, probe, key, true, cancellationToken);
        await management.AskAsync(
            HttpMethod.Delete, $"/admin/v1/tenants/{tenant}/keys/{id}", null, cancellationToken);
        var took = (await EverywhereAsync(ground, probe, key, false, cancellationToken)).Max();
        verdict.Expect(
            took <= CatchUpLimit,
            $"the first key revoked after the return ended everywhere in {took.TotalSeconds:0.0} s");
    }

    private static async Task PropagationAsync(
        Ground ground, Verdict verdict, KeyProbe probe, CancellationToken cancellationToken)
    {
        var management = ground.Region.Management!;
        var tenant = await management.TenantAsync("after", cancellationToken);
        var (made, revoked) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var round = 0; round < Rounds; round++)
        {
            // Each replica in turn: what one has changed, edges hear from the other too.
            var replica = round % management.Replicas.Count;
            var (key, id) = await management.KeyAsync(tenant, cancellationToken, replica);
            made.AddRange(await EverywhereAsync(ground, probe, key, true, cancellationToken));
            await management.AskAsync(
                HttpMethod.Delete, $"/admin/v1/tenants/{tenant}/keys/{id}", null, cancellationToken, replica);
            revoked.AddRange(await EverywhereAsync(ground, probe, key, false, cancellationToken));
        }
        Judge("a new key works", made, verdict);
        Judge("a revoked key ends", revoked, verdict);
    }

    private static Task<TimeSpan[]> EverywhereAsync(
        Ground ground, KeyProbe probe, string key, bool taken, CancellationToken cancellationToken) =>
        Task.WhenAll(ground.EdgeAddresses.Select(
            edge => probe.UntilAsync(edge, key, taken, KnownLimit, cancellationToken)));

    private static void Judge(string what, List<TimeSpan> took, Verdict verdict)
    {
        took.Sort();
        var (p50, p99) = (took[took.Count / 2], took[(int)Math.Ceiling(took.Count * 0.99) - 1]);
        verdict.Expect(p99 <= TimeSpan.FromSeconds(2), string.Create(
            CultureInfo.InvariantCulture,
            $"{what} at every edge: p50 {p50.TotalMilliseconds:0} ms, p99 {p99.TotalMilliseconds:0} ms "
            + $"({took.Count} observations)"));
    }
}
