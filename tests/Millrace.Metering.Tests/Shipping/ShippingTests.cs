using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Testing;

namespace Millrace.Metering.Tests.Shipping;

public sealed class ShippingTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Recorder.Noon.AddMinutes(59).AddSeconds(30));
    private readonly MemoryUsageLedger _ledger = new();
    private readonly MemoryObjectStore _store = new();

    [Fact]
    public async Task Ship_RecordsOfTwoHours_AreInBothStoresToTheUnit()
    {
        using var recorder = Start();
        var made = recorder.Record(70);
        _time.Advance(TimeSpan.FromMinutes(1));
        made.AddRange(recorder.Record(50));
        await recorder.ShipAsync();

        Assert.Equal(SumsOf(made), _ledger.Sums());
        Assert.Equal([70, 50], RawSegments.Manifests(_store).Select(manifest => (int)manifest.Records));
        var keys = _store.Keys.Where(key => key.EndsWith(".parquet", StringComparison.Ordinal)).ToList();
        Assert.Contains("/region=local/date=2026-11-25/hour=12/edge-1.", keys[0], StringComparison.Ordinal);
        Assert.Contains("/hour=13/", keys[1], StringComparison.Ordinal);
        Assert.Empty(recorder.Recording.Troubles);
    }

    [Fact]
    public async Task Ship_ASegment_IsReadByDuckDbColumnByColumn()
    {
        using var recorder = Start();
        var made = recorder.Record(30);
        await recorder.ShipAsync();

        var rows = RawSegments.Query(_store, $"SELECT {string.Join(", ", Columns)} FROM usage ORDER BY sequence");

        Assert.Equal(made.Count, rows.Count);
        foreach (var (record, row) in made.Zip(rows))
        {
            Assert.Equal(
                [
                    record.Id.ToString(), record.Tenant, record.At.ToUnixTimeMilliseconds(), (int)record.Lane,
                    (int)record.Class, "jpeg", record.Result is null ? "" : "webp", record.BytesIn, record.BytesOut,
                    record.Pixels, record.Results, record.Status, (long)record.Duration.TotalMicroseconds,
                    record.IsBillable, Recorder.Name, recorder.Recording.Journal.Epoch.Name.Epoch,
                    (long)made.IndexOf(record) + 1, 0L,
                ],
                row);
        }
    }

    [Fact]
    public async Task Ship_AJobOfAnEarlierHour_StandsInItsHourAndOneByOneInTheBatch()
    {
        using var recorder = Start();
        var made = recorder.Record(5);
        var job = Recorder.Of("late", Recorder.Noon.AddHours(-3), Lane.Bulk);
        recorder.Recording.Journal.Record(job);
        made.AddRange(recorder.Record(5));
        await recorder.ShipAsync();

        var hours = RawSegments.Query(_store, "SELECT hour, count(*)::INT FROM usage GROUP BY hour ORDER BY hour");

        Assert.Equal([["09", 1], ["12", 10]], hours.Select(row => new[] { row[0].ToString()!, row[1] }));
        Assert.Equal(job, _ledger.Batches.Single().Jobs.Single());
        Assert.Equal(SumsOf([.. made, job]), _ledger.Sums());
    }

    [Fact]
    public async Task Ship_MoreThanASegmentTakes_GoesInSeveralAndTheJournalIsRemoved()
    {
        using var recorder = Start(options => options with { SegmentRecordsMax = 100, BatchRecordsMax = 30 });
        for (var turn = 0; turn < 10; turn++)
        {
            recorder.Record(100);
            Journal(recorder);
        }
        var before = recorder.Recording.Journal.Epoch.Files().Count;
        await recorder.ShipAsync();

        Assert.Equal(Enumerable.Repeat(100, 10), RawSegments.Manifests(_store).Select(one => (int)one.Records));
        Assert.Equal(34, _ledger.Batches.Count);
        Assert.True(before > 4);

        // The one that is written, and the next.
        Assert.InRange(recorder.Recording.Journal.Epoch.Files().Count, 1, 2);
        Assert.True(recorder.Recording.Journal.Bytes <= 16 * 1024);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_WhileBothStoresAreAway_TakesNothingUntilOneKnowsOfTheBoot(bool isLedger)
    {
        _ledger.Failure = new StoreFailure(1, Happens: false, Lasts: true);
        _store.Failure = new StoreFailure(1, Happens: false, Lasts: true);
        using var recorder = Start();
        Assert.Contains("No store knows", recorder.Recording.Journal.Refusing, StringComparison.Ordinal);
        await recorder.ShipAsync();
        Assert.Contains("No store knows", recorder.Recording.Journal.Refusing, StringComparison.Ordinal);

        if (isLedger) _ledger.Heal();
        else _store.Heal();
        await recorder.ShipAsync();

        Assert.Null(recorder.Recording.Journal.Refusing);
    }

    [Fact]
    public async Task Ship_WhenAStoreIsAway_KeepsAllAndSaysSoAndTheOtherGoesOn()
    {
        using var recorder = Start();
        _store.Failure = new StoreFailure(1, Happens: false, Lasts: true);
        var made = recorder.Record(200);
        Journal(recorder);
        await recorder.ShipAsync();

        Assert.Equal(SumsOf(made), _ledger.Sums());
        Assert.Contains("raw", Assert.Single(recorder.Recording.Troubles), StringComparison.Ordinal);
        Assert.True(recorder.Recording.Journal.Bytes > 200 * 60);
        Assert.Null(recorder.Recording.Journal.Refusing);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(recorder.Recording.Loops[1].Age() >= TimeSpan.FromHours(1));

        _store.Heal();
        await recorder.ShipAsync();
        Assert.Equal(200, RawSegments.Manifests(_store).Sum(manifest => manifest.Records));
        Assert.Empty(recorder.Recording.Troubles);
        Assert.Equal(TimeSpan.Zero, recorder.Recording.Loops[1].Age());
    }

    [Fact]
    public async Task Tell_WhileNothingIsRecorded_TheEpochReachesFurther()
    {
        using var recorder = Start();
        await recorder.ShipAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        await recorder.ShipAsync();

        Assert.Equal(_time.GetUtcNow(), Assert.Single(_ledger.Epochs).Reaches);
        Assert.Equal(_time.GetUtcNow(), Assert.Single(RawSegments.Epochs(_store)).Reaches);
    }

    [Fact]
    public async Task End_WhenAllIsShipped_BothStoresKnowAndNothingIsLeft()
    {
        using (var recorder = Start())
        {
            recorder.Record(10);
            await recorder.Recording.EndAsync(Recorder.Cancel);
        }

        Assert.Equal((true, 10L), (_ledger.Epochs.Single().HasEnded, _ledger.Epochs.Single().Delivered));
        Assert.Equal(_ledger.Epochs.Single(), RawSegments.Epochs(_store).Single() with { ClockOffset = null });
        Assert.Contains(_store.Keys, key => key.EndsWith(".end.json", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder.Path, Recorder.Name)));
    }

    [Fact]
    public async Task Start_AfterALostProcess_ShipsItsEpochToTheEndAndEndsIt()
    {
        var made = new List<UsageRecord>();
        using (var lost = Start()) made.AddRange(lost.Record(20));
        _time.Advance(TimeSpan.FromSeconds(2));
        using var recorder = Start();
        made.AddRange(recorder.Record(7));
        await recorder.ShipAsync();

        Assert.Equal(SumsOf(made), _ledger.Sums());
        Assert.Equal([(true, 20), (false, 7)], RawSegments.Epochs(_store).Select(Told));
        Assert.Equal([(true, 20), (false, 7)], _ledger.Epochs.Select(Told));
    }

    [Fact]
    public async Task Tell_WhenTheClockIsAnHourBehindTheStores_IsMeasuredAndKept()
    {
        var store = new MemoryObjectStore(new FakeTimeProvider(_time.GetUtcNow().AddHours(1)));
        using var recorder = new Recorder(_folder.Path, _ledger, store, _time);
        await recorder.ShipAsync();
        recorder.Record(3);
        _time.Advance(TimeSpan.FromMinutes(10));
        await recorder.ShipAsync();

        Assert.Equal(TimeSpan.FromHours(1), RawSegments.Manifests(store).Single().ClockOffset);
        Assert.Equal(TimeSpan.FromMinutes(50), RawSegments.Epochs(store).Single().ClockOffset);
    }

    [Fact]
    public async Task Ship_BatchesThriceAndShuffled_MakeTheSameSums()
    {
        using var recorder = Start(options => options with { BatchRecordsMax = 10 });
        recorder.Record(300);
        await recorder.ShipAsync();
        var again = new MemoryUsageLedger();
        var batches = Enumerable.Repeat(_ledger.Batches, 3).SelectMany(all => all).ToArray();
        new Random(7).Shuffle(batches);

        foreach (var batch in batches) await again.PutAsync(batch, Recorder.Cancel);

        Assert.Equal(_ledger.Sums(), again.Sums());
    }

    public void Dispose() => _folder.Dispose();

    internal static List<UsageSum> SumsOf(IEnumerable<UsageRecord> records) =>
    [
        .. records.Select(MemoryUsageLedger.SumOf).GroupBy(sum => (sum.Tenant, sum.Minute, sum.Lane, sum.Class))
            .Select(group => group.Aggregate(MemoryUsageLedger.Add)).OrderBy(sum => sum.Minute)
            .ThenBy(sum => sum.Tenant, StringComparer.Ordinal).ThenBy(sum => sum.Lane).ThenBy(sum => sum.Class),
    ];

    private static IReadOnlyList<string> Columns =>
    [
        UsageColumns.Id, UsageColumns.Tenant, UsageColumns.At, UsageColumns.Lane, UsageColumns.Class,
        UsageColumns.Source, UsageColumns.Result, UsageColumns.BytesIn, UsageColumns.BytesOut, UsageColumns.Pixels,
        UsageColumns.Results, UsageColumns.Status, UsageColumns.Duration, UsageColumns.IsBillable,
        UsageColumns.Recorder, UsageColumns.Epoch, UsageColumns.Sequence, UsageColumns.Shift,
    ];

    private static (bool HasEnded, int Delivered) Told(UsageEpoch word) => (word.HasEnded, (int)word.Delivered);

    private static void Journal(Recorder recorder) =>
        Millrace.Metering.Journal.JournalThread.Turn(recorder.Recording.Journal);

    private Recorder Start(Func<MeteringOptions, MeteringOptions>? set = null) =>
        new(_folder.Path, _ledger, _store, _time, set);
}
