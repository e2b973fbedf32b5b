using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts.Usage;
using Millrace.Core.Usage;
using Millrace.Ledger.Sqlite;

namespace Millrace.Ledger.Tests.Sqlite;

public sealed class SqliteLedgerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly SqliteFolder _folder = new();

    private string DatabasePath => Path.Combine(_folder.Path, "ledger.db");

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Open_AfterAClose_HasWhatWasPut()
    {
        var history = History.Make(seed: 1, batches: 10);
        var first = await _folder.OpenBothAsync();
        foreach (var batch in history.Batches) await first.PutAsync(batch);
        await ((SqliteLedger)first.Ledger).DisposeAsync();

        var second = await _folder.OpenBothAsync();

        await history.CheckAsync(second);
    }

    [Fact]
    public async Task Open_WhileAnotherHasIt_IsRefused()
    {
        await _folder.OpenAsync();

        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => _folder.OpenAsync());

        Assert.Contains("Another process uses", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OfADamagedFile_SaysWhatToDo()
    {
        await File.WriteAllTextAsync(DatabasePath, new string('x', 10_000), TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => _folder.OpenAsync());

        Assert.Contains("is damaged", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OfANewerBuildsFile_IsRefused()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            connection.Open();
            LedgerFile.Execute(connection, "PRAGMA user_version = 2");
        }

        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => _folder.OpenAsync());

        Assert.Contains("newer build", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_OfAFolder_CanBeReadBesideTheOneThatHasItOpen()
    {
        var history = History.Make(seed: 2, batches: 40);
        var ledger = await _folder.OpenBothAsync();
        foreach (var batch in history.Batches) await ledger.PutAsync(batch);
        await ledger.PutAsync(new UsageEpoch("edge", 1, Noon, 1, Noon, HasEnded: false));

        var beside = Unopened();
        var rows = await beside.RowsAsync(null, history.From, history.Until);

        Assert.Equal(history.Answers, rows.Sum(row => row.Sum.Answers));
        Assert.Single(await beside.EpochsAsync());
    }

    [Fact]
    public async Task Rows_OfMoreThanAPage_AreAllTold()
    {
        var ledger = await _folder.OpenBothAsync();
        var sums = Enumerable.Range(0, 2_500).Select(i => Batches.Sum($"t{i % 3}", Noon.AddMinutes(i / 3), 1));
        await ledger.PutAsync(Batches.Of("edge", 1, [.. sums]));

        Assert.Equal(2_500, (await ledger.RowsAsync(null, Noon, Noon.AddDays(1))).Count);
        Assert.Equal(834, (await ledger.RowsAsync("t0", Noon, Noon.AddDays(1))).Count);
    }

    [Fact]
    public async Task Rows_OfAFolderWithoutALedger_AreRefused()
    {
        await Assert.ThrowsAsync<UsageLedgerException>(() => Unopened().RowsAsync(null, Noon, Noon.AddDays(1)));
    }

    [Fact]
    public async Task Put_WhenTheFileIsFull_FailsAndWhatThereIsStays()
    {
        var ledger = await _folder.OpenAsync(new SqliteLedgerOptions { FileBytesMax = 1L << 20 });
        var both = new OpenLedger(ledger, ledger);
        await both.PutAsync(Batch(0, 10));

        var failure = await Assert.ThrowsAsync<UsageLedgerException>(() => both.PutAsync(Batch(1, 50_000)));

        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, _folder.Health.Unready);
        Assert.Equal(10, (await both.RowsAsync(null, Noon, Noon.AddDays(1))).Count);
        await both.PutAsync(Batch(2, 10));
        Assert.Null(_folder.Health.Unready);
    }

    [Fact]
    public async Task Put_WhenRowsAreTooOldToBeKept_TakesThemOut()
    {
        var time = new FakeTimeProvider(Noon);
        var ledger = await _folder.OpenAsync(new SqliteLedgerOptions { Keep = TimeSpan.FromDays(2) }, time);
        var both = new OpenLedger(ledger, ledger);
        await both.PutAsync(Batch(0, 5_000));
        await both.PutAsync(new UsageEpoch("edge", 1, Noon, 1, Noon, HasEnded: true));
        await both.PutAsync(new UsageEpoch("edge", 2, Noon, 1, Noon, HasEnded: false));

        time.Advance(TimeSpan.FromDays(3));
        for (var i = 1; i < 5; i++) await both.PutAsync(Batches.Of("e", i, [Batches.Sum("b", Noon.AddDays(3), 1)]));

        Assert.Empty(await both.RowsAsync("a", Noon, Noon.AddDays(1)));
        Assert.Equal(4, (await both.RowsAsync(null, Noon, Noon.AddDays(4))).Count);
        Assert.Equal(2, Assert.Single(await both.EpochsAsync()).Epoch);
    }

    [Fact]
    public async Task Put_AfterTheClose_SaysSo()
    {
        var ledger = await _folder.OpenAsync();
        await ledger.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => ledger.PutAsync(Batch(0, 1), TestContext.Current.CancellationToken));
    }

    private OpenLedger Unopened()
    {
        var ledger = _folder.Unopened();
        return new OpenLedger(ledger, ledger);
    }

    // A day of one tenant has 1,440 rows, so that many rows are several tenants'.
    private static UsageBatch Batch(int number, int rows)
    {
        var sums = Enumerable.Range(0, rows).Select(
            i => Batches.Sum("a" + new string('-', i / 600), Noon.AddMinutes(i % 600), 1));
        return Batches.Of("edge", number, [.. sums]);
    }
}
