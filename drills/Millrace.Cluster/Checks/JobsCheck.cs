using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Millrace.Region.Load;
using Millrace.Region.Running;

namespace Millrace.Cluster.Checks;

/// <summary>
/// Durable jobs, handed in while the queue's leader, a worker and a storage node are killed in turn: each has one
/// outcome, readable and equal to the interactive answer, and is told of.
/// </summary>
internal static class JobsCheck
{
    private const int Concurrency = 16;
    private const string Query = "width=300&format=jpeg";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan HearLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static async Task<Verdict> RunAsync(Ground ground, CancellationToken cancellationToken)
    {
        var verdict = new Verdict("jobs");
        using var client = new JobClient(() => ground.EdgeAddresses, Patience, ground.Time);
        var expected = await ExpectAsync(ground, client, cancellationToken);
        var jobs = await SubmitAsync(ground, client, verdict, cancellationToken);
        var outcomes = await JudgeEndsAsync(ground, client, jobs, expected, verdict, cancellationToken);
        await JudgeWebhooksAsync(ground, jobs, verdict, cancellationToken);
        await JudgeOnceAsync(client, jobs, outcomes, verdict, cancellationToken);
        return verdict;
    }

    private static async Task<IReadOnlyList<string>> ExpectAsync(
        Ground ground, JobClient client, CancellationToken cancellationToken)
    {
        var hashes = new List<string>();
        for (var photo = 0; photo < ground.Photos.Count; photo++)
            hashes.Add(Hash(await client.ConvertAsync(ground.Photos[photo], Query, "open", cancellationToken)));
        return hashes;
    }

    private static async Task<IReadOnlyList<Handed>> SubmitAsync(
        Ground ground, JobClient client, Verdict verdict, CancellationToken cancellationToken)
    {
        var total = ground.Region.Jobs;
        Console.Out.WriteLine($"{total} jobs, {Concurrency} at a time:");
        var jobs = new ConcurrentBag<Handed>();
        var harm = new JobHarm(ground, total, cancellationToken);
        var start = ground.Time.GetTimestamp();
        await Parallel.ForAsync(
            0, total,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (number, cancelled) =>
            {
                harm.At(number);
                var tenant = $"tenant-{number % RegionSettings.Tenants}";
                var query = $"{Query}&webhook=ear";
                var key = number.ToString(CultureInfo.InvariantCulture);
                jobs.Add(new(
                    number, tenant, await client.SubmitAsync(ground.Photos[number], query, tenant, key, cancelled)));
            });
        await harm.EndAsync();
        var took = ground.Time.GetElapsedTime(start);
        var retries = string.Join(", ", client.Retries.Select(retry => $"{retry.Key}: {retry.Value}"));
        Console.Out.WriteLine($"  all promised in {took.TotalSeconds:0} s; tried again ({retries})");
        verdict.Expect(
            harm.Happened.Count == JobHarm.Harms, $"faults that happened: {string.Join(", ", harm.Happened)}");
        var ids = jobs.Select(job => job.Id).Distinct().Count();
        verdict.Expect(ids == total, $"{ids} jobs were promised to {total} keys");
        return [.. jobs];
    }

    private static async Task<IReadOnlyDictionary<int, string>> JudgeEndsAsync(
        Ground ground, JobClient client, IReadOnlyList<Handed> jobs, IReadOnlyList<string> expected, Verdict verdict,
        CancellationToken cancellationToken)
    {
        var start = ground.Time.GetTimestamp();
        var ends = new ConcurrentDictionary<string, int>();
        var outcomes = new ConcurrentDictionary<int, string>();
        var wrong = 0;
        await Parallel.ForEachAsync(
            jobs,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (job, cancelled) =>
            {
                (var state, outcomes[job.Number]) = await EndAsync(ground, client, job, start, cancelled);
                ends.AddOrUpdate(state, 1, (_, before) => before + 1);
                if (state != "succeeded") return;
                var result = await client.FetchAsync($"/v1/jobs/{job.Id}/result", job.Tenant, cancelled);
                if (Hash(result) != expected[job.Number % expected.Count]) Interlocked.Increment(ref wrong);
            });
        var text = string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}"));
        Console.Out.WriteLine($"  all ended {ground.Time.GetElapsedTime(start).TotalSeconds:0} s later");
        verdict.Expect(ends.Count == 1 && ends.ContainsKey("succeeded"), $"ends of {jobs.Count} jobs: {text}");
        verdict.Expect(wrong == 0, $"{wrong} results are not what the interactive call gives");
        return outcomes;
    }

    /// <returns>Its state, and what of its outcome may never change.</returns>
    private static async Task<(string State, string Outcome)> EndAsync(
        Ground ground, JobClient client, Handed job, long start, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var look = await client.LookAsync(job.Id, job.Tenant, cancellationToken);
            var state = look.RootElement.GetProperty("state").GetString()!;
            if (state is not ("accepted" or "working")) return (state, OutcomeOf(look.RootElement));
            if (ground.Time.GetElapsedTime(start) > EndLimit)
                return ($"still {state} after {EndLimit.TotalMinutes} min", "");
            await Task.Delay(Look, ground.Time, cancellationToken);
        }
    }

    private static string OutcomeOf(JsonElement job) =>
        $"{job.GetProperty("state")} {job.GetProperty("finishedAt")} {job.GetProperty("results")}";

    // The lists of a store whose node was away lag behind it: each job is asked for by name.
    private static async Task JudgeOnceAsync(
        JobClient client, IReadOnlyList<Handed> jobs, IReadOnlyDictionary<int, string> outcomes, Verdict verdict,
        CancellationToken cancellationToken)
    {
        var changed = 0;
        await Parallel.ForEachAsync(
            jobs,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (job, cancelled) =>
            {
                using var look = await client.LookAsync(job.Id, job.Tenant, cancelled);
                if (OutcomeOf(look.RootElement) != outcomes[job.Number]) Interlocked.Increment(ref changed);
            });
        verdict.Expect(
            changed == 0 && outcomes.Count == jobs.Count,
            $"{outcomes.Count} outcomes of {jobs.Count} jobs, {changed} of them changed afterwards");
    }

    private static async Task JudgeWebhooksAsync(
        Ground ground, IReadOnlyList<Handed> jobs, Verdict verdict, CancellationToken cancellationToken)
    {
        var ear = ground.Region.Ear!;
        var start = ground.Time.GetTimestamp();
        var ids = jobs.Select(job => job.Id.ToString()).ToList();
        while (ids.Exists(id => !ear.Heard.ContainsKey(id)) && ground.Time.GetElapsedTime(start) < HearLimit)
            await Task.Delay(Look, ground.Time, cancellationToken);
        var unheard = ids.Count(id => !ear.Heard.ContainsKey(id));
        var twice = ear.Heard.Values.Count(times => times > 1);
        verdict.Expect(
            unheard == 0, $"{unheard} of {ids.Count} jobs were not told of; {twice} were told of more than once");
        verdict.Expect(ear.Refused == 0, $"{ear.Refused} webhooks were not verified by the reference library");
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A job that was promised.</summary>
    private sealed record Handed(int Number, string Tenant, Guid Id);
}
