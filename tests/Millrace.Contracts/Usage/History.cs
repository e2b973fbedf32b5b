using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Contracts.Usage;

/// <summary>What several recorders saw, over midnight, in batches; and what all of it comes to.</summary>
public sealed class History
{
    private const int Recorders = 3;
    private const int JobsMax = 12;

    private readonly SortedDictionary<(string Tenant, DateTimeOffset Minute, Lane Lane, UsageClass Class), UsageSum>
        _sums = [];

    private History(Random random, int batches)
    {
        var jobs = Enumerable.Range(1, JobsMax).Select(i => Job(random, i)).ToList();
        Batches = [.. Enumerable.Range(0, batches).Select(number => Batch(random, number, jobs))];
        var told = Batches.SelectMany(batch => batch.Jobs).DistinctBy(job => job.Id).Select(Usage.Batches.SumOf);
        foreach (var sum in Batches.SelectMany(batch => batch.Sums).Concat(told)) Add(sum);
    }

    public IReadOnlyList<UsageBatch> Batches { get; }

    public IReadOnlyList<string> Tenants { get; } = ["one", "one-b", "two", "usage", "three"];

    public DateTimeOffset From { get; } = new(2026, 12, 31, 23, 50, 0, TimeSpan.Zero);

    public DateTimeOffset Until => From.AddMinutes(20);

    public long Answers => _sums.Values.Sum(sum => sum.Answers);

    public static History Make(int seed, int batches) => new(new Random(seed), batches);

    public IReadOnlyList<UsageSum> Sums(string tenant) =>
        [.. _sums.Where(sum => sum.Key.Tenant == tenant).Select(sum => sum.Value)];

    /// <summary>A ledger has all of it, and once.</summary>
    public async Task CheckAsync(OpenLedger ledger)
    {
        foreach (var tenant in Tenants)
        {
            Assert.Equal(Sums(tenant), await ledger.ReadAsync(tenant, From, Until));
        }
    }

    private void Add(UsageSum sum)
    {
        var key = (sum.Tenant, sum.Minute, sum.Lane, sum.Class);
        _sums[key] = _sums.TryGetValue(key, out var known) ? UsagePeriods.Add(known, sum) : sum;
    }

    private UsageBatch Batch(Random random, int number, List<UsageRecord> jobs)
    {
        var sums = new Dictionary<object, UsageSum>();
        for (var i = random.Next(40); i > 0; i--)
        {
            var sum = Usage.Batches.Sum(
                Tenants[random.Next(Tenants.Count)], From.AddMinutes(random.Next(20)), random.Next(1, 1_000_000),
                (Lane)random.Next(2), (UsageClass)random.Next(3));
            sums[(sum.Tenant, sum.Minute, sum.Lane, sum.Class)] = sum;
        }
        var recorder = number % Recorders;
        return Usage.Batches.Of(
            $"edge-{recorder}", 1_764_000_000_000 + (number % 2), [.. sums.Values],
            [.. Enumerable.Range(0, random.Next(4)).Select(_ => jobs[random.Next(jobs.Count)])]) with
        {
            First = (number * 1_000L) + 1,
            Last = (number + 1) * 1_000L,
        };
    }

    private UsageRecord Job(Random random, int number) => Usage.Batches.Job(
        Tenants[random.Next(Tenants.Count)], From.AddSeconds(random.Next(1_200)), number, random.Next(4));
}
