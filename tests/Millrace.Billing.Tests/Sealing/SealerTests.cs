using Millrace.Billing.Sealing;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Testing;

namespace Millrace.Billing.Tests.Sealing;

public sealed class SealerTests : IDisposable
{
    private static readonly DateTimeOffset Eight = Office.At("2026-11-25T08:00:00Z");
    private readonly Office _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task Hour_WhenEveryEpochIsPastIt_IsSealedWithItsSums()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var one = new TestRecorder("edge-1", Eight.AddMinutes(1));
        var two = new TestRecorder("edge-2", Eight.AddMinutes(2));
        one.Records("acme", Eight.AddMinutes(5), TimeSpan.FromMinutes(50), 7)
            .ShipAndTell(_office.Store, Eight.AddHours(1));
        two.Records("acme", Eight.AddMinutes(5), TimeSpan.FromMinutes(50), 5)
            .ShipAndTell(_office.Store, Eight.AddHours(1));

        var report = await _office.SealAsync();

        var seal = Assert.Single(report.Seals);
        Assert.Equal((Eight, 12L, false), (seal.Hour, seal.Answers, seal.IsLate));
        Assert.Equal([7L, 5L], seal.Epochs.Select(epoch => epoch.Records));
        Assert.Empty(report.OpenHours);
    }

    [Fact]
    public async Task Hour_WhenAnEpochIsBehind_WaitsAndNamesIt()
    {
        _office.Time.SetUtcNow(Eight.AddHours(2));
        new TestRecorder("edge-1", Eight).Record("acme", Eight.AddMinutes(5))
            .ShipAndTell(_office.Store, Eight.AddHours(2));
        new TestRecorder("edge-2", Eight).ShipAndTell(_office.Store, Eight.AddMinutes(59));

        var report = await _office.SealAsync();

        Assert.Empty(report.Seals);
        var blocker = Assert.Single(report.OpenHours[Eight]);
        Assert.Equal(BlockerKind.Behind, blocker.Kind);
        Assert.Contains("edge-2", blocker.ToString(), StringComparison.Ordinal);
        Assert.Contains("2026-11-25T08:59:00Z", blocker.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hour_WhenTheLedgerKnowsAnEpochThatTheStoreDoesNot_Waits()
    {
        _office.Time.SetUtcNow(Eight.AddHours(2));
        var ledger = new MemoryUsageLedger();
        _office.Ledger = ledger;
        new TestRecorder("edge-1", Eight).Record("acme", Eight.AddMinutes(5))
            .ShipAndTell(_office.Store, Eight.AddHours(2));
        var lost = new TestRecorder("edge-9", Eight).Record("acme", Eight.AddMinutes(6));
        await ledger.PutEpochAsync(lost.Word(Eight.AddHours(3), ended: false), TestContext.Current.CancellationToken);

        var report = await _office.SealAsync();

        Assert.Equal(BlockerKind.Unknown, Assert.Single(report.OpenHours[Eight]).Kind);
    }

    [Fact]
    public async Task Hour_WhenTheLedgerHasMoreOfAnEpochThatIsBehind_NamesWhatItHasAlone()
    {
        _office.Time.SetUtcNow(Eight.AddHours(2));
        var ledger = new MemoryUsageLedger();
        _office.Ledger = ledger;
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromMinutes(10), 4);
        edge.ShipAndTell(_office.Store, Eight.AddMinutes(10));
        edge.Records("acme", Eight.AddMinutes(10), TimeSpan.FromMinutes(10), 3);
        await ledger.PutEpochAsync(
            edge.Word(Eight.AddMinutes(20), ended: false), TestContext.Current.CancellationToken);

        var report = await _office.SealAsync();

        var blocker = Assert.Single(report.OpenHours[Eight]);
        Assert.Equal(BlockerKind.Behind, blocker.Kind);
        Assert.Contains("the sequences 5-7 are in the ledger alone", blocker.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gap_UntilItIsDeclared_BlocksAndIsNamedExactly()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromMinutes(10), 4);
        edge.Ship(_office.Store);
        edge.Records("acme", Eight.AddMinutes(10), TimeSpan.FromMinutes(10), 3).Lose();
        edge.Records("acme", Eight.AddMinutes(20), TimeSpan.FromMinutes(10), 2);
        edge.ShipAndTell(_office.Store, Eight.AddHours(1));

        var before = await _office.SealAsync();
        Assert.Contains("5-7 are missing", Assert.Single(before.OpenHours[Eight]).ToString(), StringComparison.Ordinal);
        var (lost, _) = await DeclareAsync(edge, new SequenceRange(6, 7));
        Assert.Equal([new SequenceRange(6, 7)], lost!.Ranges);
        Assert.Contains("5 are missing", Assert.Single((await _office.SealAsync()).OpenHours[Eight]).ToString(),
            StringComparison.Ordinal);
        await DeclareAsync(edge, null);
        var after = await _office.SealAsync();

        Assert.Equal(6, Assert.Single(after.Seals).Answers);
        Assert.Empty(after.OpenHours);
    }

    [Fact]
    public async Task Declaring_WhatIsThere_IsRefused()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromMinutes(10), 4);
        edge.ShipAndTell(_office.Store, Eight.AddMinutes(30));

        var (lost, refusal) = await DeclareAsync(edge, new SequenceRange(2, 3));

        Assert.Null(lost);
        Assert.Contains("none of the sequences 2-3 is missing", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Epoch_ThatDied_WhenGivenUp_BlocksNoMore()
    {
        _office.Time.SetUtcNow(Eight.AddHours(2));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromMinutes(10), 4);
        edge.ShipAndTell(_office.Store, Eight.AddMinutes(30));
        Assert.Equal(BlockerKind.Behind, Assert.Single((await _office.SealAsync()).OpenHours[Eight]).Kind);

        await DeclareAsync(edge, null);
        var report = await _office.SealAsync();

        Assert.Equal(4, Assert.Single(report.Seals).Answers);
        var late = edge.Records("acme", Eight.AddMinutes(40), TimeSpan.FromMinutes(1), 2);
        late.ShipAndTell(_office.Store, Eight.AddHours(1), ended: true);
        var more = Assert.Single((await _office.SealAsync()).Seals);
        Assert.Equal((true, 2L), (more.IsLate, more.Answers));
    }

    [Fact]
    public async Task Epoch_WhoseLastWordALateOneReplaced_HasEndedAllTheSame()
    {
        _office.Time.SetUtcNow(Eight.AddHours(2));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromMinutes(10), 4);
        edge.ShipAndTell(_office.Store, Eight.AddMinutes(30), ended: true);
        var end = UsageText.Write(edge.Word(Eight.AddMinutes(30), ended: true));
        _office.Store.Set(UsageKeys.EpochEnd("edge-1", edge.Epoch), end);
        edge.Tell(_office.Store, Eight.AddMinutes(20));

        var report = await _office.SealAsync();

        Assert.Equal(4, report.Seals.Sum(seal => seal.Answers));
        Assert.Empty(report.OpenHours);
    }

    [Fact]
    public async Task CorruptSegment_IsNamedAndSetAside_AndOtherHoursGoOn()
    {
        _office.Time.SetUtcNow(Eight.AddHours(2.5));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromHours(2), 10);
        var keys = edge.ShipAndTell(_office.Store, Eight.AddHours(3));
        var bytes = _office.Store.Bytes(keys[0])!.ToArray();
        bytes[bytes.Length / 2] ^= 1;
        _office.Store.Set(keys[0], bytes);

        var report = await _office.SealAsync();

        Assert.Equal(Eight.AddHours(1), Assert.Single(report.Seals).Hour);
        var blocker = Assert.Single(report.OpenHours[Eight]);
        Assert.Equal(BlockerKind.Segment, blocker.Kind);
        Assert.Contains($"'{keys[0]}' is corrupt", blocker.Text, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(_office.Options.WorkFolder!, "set-aside")));
    }

    [Fact]
    public async Task SegmentThatVanished_IsMissedThoughItsManifestIsGoneToo()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromHours(2), 10);
        var keys = edge.ShipAndTell(_office.Store, Eight.AddHours(2));
        await _office.SealAsync();
        await _office.Store.DeleteAsync(keys[1], TestContext.Current.CancellationToken);
        await _office.Store.DeleteAsync(UsageKeys.Manifest(keys[1]), TestContext.Current.CancellationToken);
        _office.Time.SetUtcNow(Eight.AddHours(2.5));

        var report = await _office.SealAsync();

        Assert.Contains("6-10 are missing", Assert.Single(report.OpenHours[Eight.AddHours(1)]).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_ThatAreThereTwice_CountOnce()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var edge = new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromMinutes(50), 6);
        edge.ShipAndTell(_office.Store, Eight.AddHours(1));
        Copy(edge, "other", 2, 4);
        Copy(edge, "third", 1, 6);

        var report = await _office.SealAsync();

        Assert.Empty(report.OpenHours);
        Assert.Equal(6, Assert.Single(report.Seals).Answers);
    }

    [Fact]
    public async Task Job_ThatTwoRecordersTell_CountsOnce()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var id = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
        foreach (var name in (string[])["worker-1", "worker-2"])
        {
            new TestRecorder(name, Eight)
                .Record("acme", Eight.AddMinutes(7), 3, record => record with { Id = id, Lane = Lane.Bulk })
                .ShipAndTell(_office.Store, Eight.AddHours(1));
        }

        var report = await _office.SealAsync();

        Assert.Equal(1, Assert.Single(report.Seals).Answers);
        Assert.Equal([1L, 1L], report.Seals[0].Epochs.Select(epoch => epoch.Records));
    }

    [Fact]
    public async Task LateRecords_AreASealOfTheirOwn_WithWhatIsMore()
    {
        _office.Time.SetUtcNow(Eight.AddHours(1.5));
        var edge = new TestRecorder("edge-1", Eight).Record("acme", Eight.AddMinutes(1));
        edge.ShipAndTell(_office.Store, Eight.AddHours(1));
        await _office.SealAsync();
        var worker = new TestRecorder("worker-1", Eight.AddHours(1)).Record("acme", Eight.AddMinutes(2));
        worker.ShipAndTell(_office.Store, Eight.AddHours(1.4));

        var report = await _office.SealAsync();

        var seal = Assert.Single(report.Seals);
        Assert.Equal((true, 1L, Eight), (seal.IsLate, seal.Answers, seal.Hour));
        Assert.Equal([1L, 1L], seal.Epochs.Select(epoch => epoch.Records));
        Assert.Empty((await _office.SealAsync()).Seals);
    }

    [Fact]
    public async Task Log_WithAnAlteredOrMissingEntry_IsNotRead()
    {
        _office.Time.SetUtcNow(Eight.AddHours(3.5));
        new TestRecorder("edge-1", Eight).Records("acme", Eight, TimeSpan.FromHours(3), 9)
            .ShipAndTell(_office.Store, Eight.AddHours(4));
        Assert.Equal(3, (await _office.SealAsync()).Seals.Count);
        var second = BillingKeys.Seal(2);
        var bytes = _office.Store.Bytes(second)!;

        _office.Store.Set(second, [.. bytes.Select(b => b == (byte)'3' ? (byte)'4' : b)]);
        await Assert.ThrowsAsync<InvalidDataException>(_office.LogAsync);
        await _office.Store.DeleteAsync(second, TestContext.Current.CancellationToken);
        var missing = await Assert.ThrowsAsync<InvalidDataException>(_office.LogAsync);

        Assert.Contains("000000000002.json' is missing", missing.Message, StringComparison.Ordinal);
    }

    private async Task<(LostRecords? Lost, string? Refusal)> DeclareAsync(TestRecorder edge, SequenceRange? range)
    {
        using var sealer = _office.NewSealer();
        return await new Declaring(_office.Store, sealer, _office.Time).RunAsync(
            new Declaration(edge.Name, edge.Epoch, range, "its disk burned", "ada"),
                TestContext.Current.CancellationToken);
    }

    // The same records in a segment with other bounds, under another region: as a careless restore would leave them.
    private void Copy(TestRecorder edge, string region, int first, int last)
    {
        var copy = new TestRecorder(edge.Name, DateTimeOffset.FromUnixTimeMilliseconds(edge.Epoch), region);
        foreach (var each in edge.All) copy.Record(each.Record.Tenant, each.Record.At, 1, _ => each.Record);
        var part = copy.All.GetRange(first - 1, last - first + 1);
        copy.Lose();
        copy.Reship(_office.Store, part);
    }
}
