using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Contracts.Usage;

/// <summary>What every <see cref="IUsageLedger"/> does; one subclass an adapter, on its real engine.</summary>
public abstract partial class UsageLedgerContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 28, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A ledger that is empty.</summary>
    protected abstract ValueTask<OpenLedger> CreateAsync();

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Closes every ledger that was made, and removes what it holds.</summary>
    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Read_OfWhatSeveralTold_IsSummedByMinuteLaneAndClass()
    {
        var ledger = await CreateAsync();
        await ledger.PutAsync(Batches.Of("edge-1", 1, [Batches.Sum("a", Noon, 3), Batches.Sum("a", Minute(1), 5)]));
        await ledger.PutAsync(Batches.Of(
            "edge-2", 1, [Batches.Sum("a", Noon, 4), Batches.Sum("a", Noon, 1, Lane.Heavy, UsageClass.Avif)]));

        var sums = await ledger.ReadAsync("a", Noon, Minute(2));

        Assert.Equal(
            [
                Batches.Sum("a", Noon, 7), Batches.Sum("a", Noon, 1, Lane.Heavy, UsageClass.Avif),
                Batches.Sum("a", Minute(1), 5),
            ],
            sums);
    }

    [Fact]
    public async Task Read_OfOneTenant_HasNothingOfAnothers()
    {
        var ledger = await CreateAsync();
        string[] tenants = ["a", "a-b", "ab", "b"];
        await ledger.PutAsync(Batches.Of("edge", 1, [.. tenants.Select((name, i) => Batches.Sum(name, Noon, i + 1))]));

        foreach (var (i, name) in tenants.Index())
        {
            Assert.Equal([Batches.Sum(name, Noon, i + 1)], await ledger.ReadAsync(name, Noon, Minute(1)));
        }
        Assert.Empty(await ledger.ReadAsync("c", Noon, Minute(1)));
    }

    [Fact]
    public async Task Read_OfATime_HasItsFirstMinuteAndNotItsEnd()
    {
        var ledger = await CreateAsync();
        var midnight = Noon.AddHours(12);
        DateTimeOffset[] minutes =
            [Noon, Minute(1), midnight.AddMinutes(-1), midnight, midnight.AddMinutes(1), midnight.AddDays(1)];
        await ledger.PutAsync(Batches.Of("edge", 1, [.. minutes.Select(minute => Batches.Sum("a", minute, 1))]));

        async Task<IEnumerable<DateTimeOffset>> MinutesAsync(DateTimeOffset from, DateTimeOffset until) =>
            (await ledger.ReadAsync("a", from, until)).Select(sum => sum.Minute);

        Assert.Equal([Minute(1)], await MinutesAsync(Minute(1), Minute(2)));
        Assert.Equal(minutes[1..3], await MinutesAsync(Noon.AddSeconds(1), midnight));
        Assert.Equal(minutes[3..5], await MinutesAsync(midnight, midnight.AddHours(24)));
        Assert.Equal(minutes, await MinutesAsync(Noon, midnight.AddDays(2)));
        Assert.Empty(await MinutesAsync(Minute(1), Minute(1)));
        Assert.Empty(await MinutesAsync(Minute(1), Noon));
    }

    [Fact]
    public async Task Read_OfMoreThan400Days_IsRefused()
    {
        var ledger = await CreateAsync();

        Assert.Empty(await ledger.ReadAsync("a", Noon.AddDays(-400), Noon));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => ledger.ReadAsync("a", Noon.AddDays(-401), Noon));
    }

    [Fact]
    public async Task Put_Thrice_CountsOnce()
    {
        var ledger = await CreateAsync();
        var batch = Batches.Of("edge", 1, [Batches.Sum("a", Noon, 3)], [Batches.Job("a", Noon, 7)]);

        for (var i = 0; i < 3; i++) await ledger.PutAsync(batch);

        Assert.Equal([3L, 1L], (await ledger.ReadAsync("a", Noon, Minute(1))).Select(sum => sum.Answers));
    }

    [Fact]
    public async Task Put_OfAJobThatAnotherHasTold_CountsItOnce()
    {
        var ledger = await CreateAsync();
        var job = Batches.Job("a", Noon.AddSeconds(30.5), 7, results: 3);

        await ledger.PutAsync(Batches.Of("worker-1", 1, [], [job, Batches.Job("a", Noon, 8)]));
        await ledger.PutAsync(Batches.Of("worker-2", 9, [], [job, job]));

        var sum = Assert.Single(await ledger.ReadAsync("a", Noon, Minute(1)));
        Assert.Equal((2L, 4L, Lane.Bulk), (sum.Answers, sum.Billable, sum.Lane));
        Assert.Equal((2 * job.BytesIn, job.BytesOut + 100, 2 * job.Pixels), (sum.BytesIn, sum.BytesOut, sum.Pixels));
    }

    [Fact]
    public async Task Put_OfTwoSumsOfOneKind_IsRefused()
    {
        var ledger = await CreateAsync();
        var batch = Batches.Of("edge", 1, [Batches.Sum("a", Noon, 3), Batches.Sum("a", Noon, 4)]);

        await Assert.ThrowsAsync<ArgumentException>(() => ledger.PutAsync(batch));

        Assert.Empty(await ledger.ReadAsync("a", Noon, Minute(1)));
    }

    [Fact]
    public async Task Put_OfNothing_IsDone()
    {
        var ledger = await CreateAsync();

        await ledger.PutAsync(Batches.Of("edge", 1, []));

        Assert.Empty(await ledger.RowsAsync(null, Noon, Minute(1)));
    }

    [Fact]
    public async Task Put_WhenItIsCancelled_SaysSo()
    {
        var ledger = await CreateAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ledger.Ledger.PutAsync(Batches.Of("edge", 1, [Batches.Sum("a", Noon, 1)]), cancelled.Token));
    }

    [Fact]
    public async Task Rows_OfEverybody_AreThoseOfAllTenantsEachOnce()
    {
        var ledger = await CreateAsync();
        var history = History.Make(seed: 5, batches: 20);
        foreach (var batch in history.Batches) await ledger.PutAsync(batch);

        var rows = await ledger.RowsAsync(null, history.From, history.Until);

        var apart = new List<UsageRow>();
        foreach (var tenant in history.Tenants)
        {
            apart.AddRange(await ledger.RowsAsync(tenant, history.From, history.Until));
        }
        Assert.Equal(apart.OrderBy(row => row.Id), rows.OrderBy(row => row.Id));
        Assert.Equal(rows.Count, rows.Select(row => row.Id).Distinct().Count());
        Assert.All(rows, row => Assert.Matches("^[0-9a-f]{32}$", row.Id));
        Assert.Equal(history.Answers, rows.Sum(row => row.Sum.Answers));
    }

    [Fact]
    public async Task Rows_AfterAReplay_AreTheSame()
    {
        var ledger = await CreateAsync();
        var history = History.Make(seed: 6, batches: 5);
        foreach (var batch in history.Batches) await ledger.PutAsync(batch);
        var before = await ledger.RowsAsync(null, history.From, history.Until);

        foreach (var batch in history.Batches) await ledger.PutAsync(batch);

        var after = await ledger.RowsAsync(null, history.From, history.Until);
        Assert.Equal(before.OrderBy(row => row.Id), after.OrderBy(row => row.Id));
    }

    private static DateTimeOffset Minute(int number) => Noon.AddMinutes(number);
}

/// <summary>A ledger by both of its ports.</summary>
public sealed record OpenLedger(IUsageLedger Ledger, IUsageRows Rows)
{
    public Task PutAsync(UsageBatch batch) => Ledger.PutAsync(batch, CancellationToken.None).WaitAsync(Deadline.Limit);

    public Task PutAsync(UsageEpoch epoch) =>
        Ledger.PutEpochAsync(epoch, CancellationToken.None).WaitAsync(Deadline.Limit);

    public Task<List<UsageSum>> ReadAsync(string tenant, DateTimeOffset from, DateTimeOffset until) =>
        Ledger.ReadAsync(tenant, from, until, CancellationToken.None).ToListAsync().AsTask().Within();

    public Task<List<UsageRow>> RowsAsync(string? tenant, DateTimeOffset from, DateTimeOffset until) =>
        Rows.RowsAsync(tenant, from, until, CancellationToken.None).ToListAsync().AsTask().Within();

    public Task<List<UsageEpoch>> EpochsAsync(DateTimeOffset endedAfter = default) =>
        Ledger.EpochsAsync(endedAfter, CancellationToken.None).ToListAsync().AsTask().Within();
}
