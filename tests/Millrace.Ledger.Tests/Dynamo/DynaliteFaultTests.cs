using Millrace.Contracts.Usage;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Tests.Dynamo;

/// <summary>A real store is harmed while batches come.</summary>
public sealed class DynaliteFaultTests(SharedDynalite dynalite)
{
    [Fact]
    public async Task Put_WhileTheStoreIsKilledAgainAndAgain_CountsOnce()
    {
        var server = await dynalite.ServerAsync();
        var history = History.Make(seed: 11, batches: 60);
        using var ledger = SharedDynalite.Open(
            await dynalite.OptionsAsync() with { TriesMax = 20, RetryDelay = TimeSpan.FromMilliseconds(50) });
        var both = new OpenLedger(ledger, ledger);
        await both.PutAsync(history.Batches[0]);

        var putting = Parallel.ForEachAsync(
            history.Batches.Concat(history.Batches), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (batch, _) => await both.PutAsync(batch));
        for (var i = 0; i < 3; i++)
        {
            await server.KillAsync();
            await server.StartAsync();
            await history.Batches.Take(2).Select(both.PutAsync).WhenAllAsync();
        }
        await putting;

        await history.CheckAsync(both);
    }

    [Fact]
    public async Task Put_WhileTheStoreHangs_IsDoneOnceItGoesOn()
    {
        var server = await dynalite.ServerAsync();
        var history = History.Make(seed: 12, batches: 4);
        using var ledger = SharedDynalite.Open(await dynalite.OptionsAsync() with
        {
            TriesMax = 20,
            TryTimeout = TimeSpan.FromMilliseconds(300),
            RetryDelay = TimeSpan.FromMilliseconds(100),
        });
        using var impatient = SharedDynalite.Open(await dynalite.OptionsAsync() with
        {
            TriesMax = 1,
            TryTimeout = TimeSpan.FromMilliseconds(300),
        });
        var both = new OpenLedger(ledger, ledger);
        await both.PutAsync(history.Batches[0]);

        server.Pause();
        var putting = history.Batches.Select(both.PutAsync).WhenAllAsync();
        try
        {
            // Its try has run out, so those of the others have too.
            await Assert.ThrowsAsync<UsageLedgerException>(() => impatient.CheckAsync(CancellationToken.None));
        }
        finally
        {
            server.Resume();
        }
        await putting;

        await history.CheckAsync(both);
    }

    [Fact]
    public async Task Put_WhileTheStoreIsGone_FailsAndGoesOnOnceItIsBack()
    {
        var server = await dynalite.ServerAsync();
        var history = History.Make(seed: 13, batches: 3);
        using var ledger = SharedDynalite.Open(await dynalite.OptionsAsync() with { TriesMax = 3 });
        var both = new OpenLedger(ledger, ledger);
        await both.PutAsync(history.Batches[0]);

        await server.KillAsync();
        try
        {
            await Assert.ThrowsAsync<UsageLedgerException>(() => both.PutAsync(history.Batches[1]));
        }
        finally
        {
            await server.StartAsync();
        }
        foreach (var batch in history.Batches) await both.PutAsync(batch);

        await history.CheckAsync(both);
    }
}

/// <summary>Several at once.</summary>
internal static class TaskList
{
    public static Task WhenAllAsync(this IEnumerable<Task> tasks) => Task.WhenAll(tasks);
}
