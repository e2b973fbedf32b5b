using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Usage;
using Millrace.Metering.Journal;
using Millrace.Testing;

namespace Millrace.Metering.Tests.Shipping;

/// <summary>
/// The process dies at each step that a store sees, before it has happened and after; what comes next is the start.
/// </summary>
public sealed class CrashTests
{
    private static readonly TimeSpan Boot = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ship_WhenItDiesAtAnyStep_TheNextStartCompletesIt(bool happens)
    {
        for (var step = 1; ; step++)
        {
            using var folder = new TestFolder();
            var (time, ledger, store) = (Clock(), new MemoryUsageLedger(), new MemoryObjectStore());
            var made = await LiveAsync(folder, time, ledger, store, new StoreFailure(step, happens, Lasts: true));
            var died = ledger.Steps >= step || store.Steps >= step;
            await EndAsync(folder, time, ledger, store);

            Judge(made, ledger, store);
            if (!died) return;
        }
    }

    [Fact]
    public async Task Ship_WhenItDiesAgainAndAgain_CountsEverythingOnce()
    {
        var chance = new Random(6);
        for (var history = 0; history < 20; history++)
        {
            using var folder = new TestFolder();
            var (time, ledger, store) = (Clock(), new MemoryUsageLedger(), new MemoryObjectStore());
            var made = new List<UsageRecord>();
            for (var life = 0; life < 6; life++)
            {
                var failure = new StoreFailure(chance.Next(1, 12), chance.Next(2) == 0, Lasts: true);
                made.AddRange(await LiveAsync(folder, time, ledger, store, failure));
                time.Advance(TimeSpan.FromMinutes(chance.Next(1, 50)));
            }
            await EndAsync(folder, time, ledger, store);

            Judge(made, ledger, store);
        }
    }

    private static FakeTimeProvider Clock() => new(Recorder.Noon.AddMinutes(59));

    private static async Task<List<UsageRecord>> LiveAsync(
        TestFolder folder, FakeTimeProvider time, MemoryUsageLedger ledger, MemoryObjectStore store,
        StoreFailure failure)
    {
        (ledger.Failure, store.Failure) = (failure, failure);
        using var recorder = Start(folder, time, ledger, store);
        var made = recorder.Record(25);
        JournalThread.Turn(recorder.Recording.Journal);
        await recorder.ShipAsync();
        time.Advance(TimeSpan.FromMinutes(10));
        made.AddRange(recorder.Record(80));
        JournalThread.Turn(recorder.Recording.Journal);
        await recorder.ShipAsync();
        return made;
    }

    private static async Task EndAsync(
        TestFolder folder, FakeTimeProvider time, MemoryUsageLedger ledger, MemoryObjectStore store)
    {
        ledger.Heal();
        store.Heal();
        time.Advance(Boot);
        using (var recorder = Start(folder, time, ledger, store))
        {
            await recorder.ShipAsync();
            await recorder.Recording.EndAsync(Recorder.Cancel);
        }
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(folder.Path, Recorder.Name)));
    }

    private static Recorder Start(
        TestFolder folder, FakeTimeProvider time, MemoryUsageLedger ledger, MemoryObjectStore store) =>
        new(folder.Path, ledger, store, time, options => options with { SegmentRecordsMax = 40, BatchRecordsMax = 30 });

    private static void Judge(List<UsageRecord> made, MemoryUsageLedger ledger, MemoryObjectStore store)
    {
        Assert.Equal(ShippingTests.SumsOf(made), ledger.Sums());
        var (manifests, words) = (RawSegments.Manifests(store), RawSegments.Epochs(store));
        Assert.Equal(made.Count, manifests.Sum(manifest => manifest.Records));
        foreach (var word in words)
        {
            var own = manifests.Where(manifest => manifest.Epoch == word.Epoch).ToList();
            Assert.Equal((true, own.Sum(manifest => manifest.Records)), (word.HasEnded, word.Delivered));
        }
        Assert.Equal(words.Select(Told), ledger.Epochs.Select(Told));
        var row = RawSegments.Query(
            store, "SELECT count(*)::INT, count(DISTINCT id)::INT, sum(bytes_in)::BIGINT FROM usage").Single();
        Assert.Equal([made.Count, made.Count, made.Sum(record => record.BytesIn)], row);
    }

    private static (long Epoch, bool HasEnded, long Delivered) Told(UsageEpoch word) =>
        (word.Epoch, word.HasEnded, word.Delivered);
}
