using System.Globalization;
using Millrace.Drills.Faults;
using Millrace.Drills.History;
using Millrace.Drills.Judging;
using Millrace.Drills.Running;
using Millrace.Region.Load;
using Millrace.Region.Running;

namespace Millrace.Drills.Drills;

/// <summary>Those who tell tenants of their jobs' ends, and those who are told.</summary>
internal static class WebhookDrills
{
    private const double JobsPerSecond = 4;

    public static IReadOnlyList<Drill> All { get; } =
    [
        new("sender-kill", "Senders of webhooks are killed at work, one by one and together, and one hangs: the end of "
            + "each job is told, always under one id.", KillAsync)
        {
            WantsWebhooks = true,
            Load = new() { ConversionsPerSecond = 4, JobsPerSecond = JobsPerSecond },
            Judge = static (_, facts) => [HearingJudge.Judge(facts), JudgeAgain(facts)],
        },
        new("receiver-hang", "A tenant's receiver hangs and another's fails: they are told once they listen again, and "
            + "the others as before.", HangAsync)
        {
            WantsWebhooks = true,
            Load = new() { ConversionsPerSecond = 4, JobsPerSecond = JobsPerSecond },
            Judge = static (scene, facts) => [HearingJudge.Judge(facts), JudgeOthers(scene, facts)],
        },
    ];

    private static async Task KillAsync(Scene scene, CancellationToken cancellationToken)
    {
        const int kills = 4;
        // Whoever is killed has messages under way then, which were taken, and comes again: under their own ids.
        foreach (var caller in scene.Callers) scene.Region.Region.Ear!.Feel(caller.Tenant, EarMood.Ponders);
        var senders = Enumerable.Range(1, RunningRegion.Senders)
            .Select(number => scene.Region.Role(FormattableString.Invariant($"webhooks-{number}"))).ToList();
        for (var i = 0; i < kills; i++)
        {
            var sender = senders[scene.Random.Next(senders.Count)];
            await scene.DoAsync(new KillFault(sender), 2, cancellationToken);
            await scene.PassAsync(1, cancellationToken);
        }
        // For longer than the broker waits for it: what it had in hand is told by the other, and again when it wakes.
        await scene.DoAsync(new PauseFault(senders[scene.Random.Next(senders.Count)]), 12, cancellationToken);
        await scene.DoAsync(new KillFault(senders), 5, cancellationToken);
    }

    private static async Task HangAsync(Scene scene, CancellationToken cancellationToken)
    {
        // Less than a first try waits, so that each second one, 5 to 6 s later, is heard; and before a third is due.
        const double hangs = 14;
        const double fails = 4;
        var (hanging, failing) = (scene.Callers[0].Tenant, scene.Callers[1].Tenant);
        var ear = scene.Region.Region.Ear!;
        scene.JobsPerSecond = 2 * JobsPerSecond;
        await Task.WhenAll(
            scene.DoAsync(new ReceiverFault(ear, hanging, EarMood.Hangs), hangs, cancellationToken),
            scene.DoAsync(new ReceiverFault(ear, failing, EarMood.Fails), fails, cancellationToken));
        scene.JobsPerSecond = JobsPerSecond;
    }

    // Otherwise nothing was under way when they were killed, and nothing is shown.
    private static Ruling JudgeAgain(Facts facts)
    {
        var again = facts.Of(Operation.Hear).Where(Facts.IsOk).CountBy(entry => entry.JobId)
            .Count(job => job.Value > 1);
        return Ruling.Expect("again", again > 0, $"{again} ends were told again, as their senders were killed");
    }

    private static Ruling JudgeOthers(Scene scene, Facts facts)
    {
        // Behind a receiver that hangs, a message would wait for as long as its sender does: 15 s.
        const double mostMs = 5_000;
        var harmed = scene.Callers.Take(2).Select(caller => caller.Tenant).ToHashSet();
        var heard = facts.Of(Operation.Hear).Where(Facts.IsOk).Where(entry => !harmed.Contains(entry.Tenant))
            .DistinctBy(entry => entry.JobId)
            .Where(entry => facts.Promised.ContainsKey(entry.JobId))
            .Select(entry => (entry.TNs - facts.Promised[entry.JobId].TNs) / 1e6).Order().ToList();
        var worst = heard.Count == 0 ? double.PositiveInfinity : heard[^1];
        return Ruling.Expect("others", worst <= mostMs, string.Create(
            CultureInfo.InvariantCulture,
            $"from a job's promise to its message, {heard.Count} jobs of the others: at most {worst:0} ms "
            + $"(at most {mostMs:0})"));
    }
}
