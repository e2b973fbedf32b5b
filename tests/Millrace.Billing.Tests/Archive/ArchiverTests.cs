using Microsoft.Extensions.Options;
using Millrace.Billing.Archive;
using Millrace.Core.Objects;
using Millrace.Testing;

namespace Millrace.Billing.Tests.Archive;

public sealed class ArchiverTests : IDisposable
{
    private static readonly DateTimeOffset First = Office.At("2026-11-29T10:00:00Z");
    private readonly Office _office = new();
    private MemoryObjectStore _cold = new();

    public ArchiverTests() => _office.Time.SetUtcNow(Office.At("2026-12-01T00:20:00Z"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task Days_OldAndBilled_ArePackedVerifiedAndGone_AndComeBackTheSame()
    {
        await FillAsync();
        var before = Raw();
        var invoices = _office.StoredInvoices();

        var run = await ArchiveAsync();
        Assert.Equal(2, run.Lines.Count(line => line.Contains("keep until", StringComparison.Ordinal)));
        Assert.Empty(run.Failures);
        Assert.Empty(Raw());
        Assert.Empty((await NewOffice().VerifyAsync(null, Cancel)).Failures);
        var restored = await NewOffice().RestoreAsync("2026-11-29", "2026-11-30", Cancel);
        await _office.BillAsync("2026-11");

        Assert.Empty(restored.Failures);
        Assert.Equal(before, Raw());
        Assert.Equal(invoices, _office.StoredInvoices());
    }

    [Fact]
    public async Task Restored_BilledFromNothing_IsTheSameInvoice()
    {
        await FillAsync();
        var invoices = _office.StoredInvoices();
        await ArchiveAsync();
        await NewOffice().RestoreAsync("2026-11-29", "2026-11-30", Cancel);

        // All that billing had decided is lost; raw usage and the epochs' words are not.
        foreach (var key in _office.Store.Keys.Where(key => key.StartsWith("billing/", StringComparison.Ordinal)))
            await _office.Store.DeleteAsync(ObjectKey.Of(key), Cancel);
        await _office.SealAsync();
        await _office.BillAsync("2026-11");

        Assert.Equal(invoices, _office.StoredInvoices());
    }

    [Fact]
    public async Task Days_NotBilledYet_AreLeftAndNamed()
    {
        Ship();
        await _office.SealAsync();
        _office.Time.Advance(TimeSpan.FromDays(100));

        var run = await ArchiveAsync(advance: false);

        Assert.Contains("2026-11-29 is left: 2026-11 is not billed", run.Failures);
        Assert.NotEmpty(Raw());
    }

    [Fact]
    public async Task FlippedByte_AnywhereInAVolume_IsFound_AndNamesItsFile()
    {
        await FillAsync();
        await ArchiveAsync();
        var key = ObjectKey.Of(_cold.Keys.First(key => key.EndsWith(".tar", StringComparison.Ordinal)));
        var bytes = _cold.Bytes(key)!;

        for (var place = 0; place < bytes.Length; place += bytes.Length / 23)
        {
            var flipped = bytes.ToArray();
            flipped[place] ^= 4;
            _cold.Set(key, flipped);
            var fault = Assert.Single((await NewOffice().VerifyAsync(null, Cancel)).Failures);
            Assert.Contains(key.ToString(), fault, StringComparison.Ordinal);
            Assert.Contains("altered", fault, StringComparison.Ordinal);
        }
        _cold.Set(key, bytes);
        Assert.Empty((await NewOffice().VerifyAsync(null, Cancel)).Failures);
    }

    [Fact]
    public async Task ManifestMissingOrAltered_AlsoTheLastOne_IsFound()
    {
        await FillAsync();
        await ArchiveAsync();
        foreach (var number in (long[])[1, 2])
        {
            var key = ArchiveText.Manifest(number);
            var bytes = _cold.Bytes(key)!;
            _cold.Set(key, [.. bytes.Select(b => b == (byte)'6' ? (byte)'7' : b)]);
            Assert.Contains((await NewOffice().VerifyAsync(null, Cancel)).Failures, fault =>
                fault.Contains(key.ToString(), StringComparison.Ordinal));
            await _cold.DeleteAsync(key, Cancel);
            Assert.Contains((await NewOffice().VerifyAsync(null, Cancel)).Failures, fault =>
                fault == $"'{key}' is missing.");
            _cold.Set(key, bytes);
        }
    }

    [Fact]
    public async Task Crash_AtEachStep_ThenResumed_LosesNothing()
    {
        await FillAsync();
        var (store, before) = (_office.Store, Raw());
        _office.Time.Advance(TimeSpan.FromDays(100));
        for (var step = 1; step <= 14; step++)
        {
            foreach (var inCold in (bool[])[false, true])
            {
                (_cold, _office.Store) = (new MemoryObjectStore(_office.Time), Copy(store));
                (inCold ? _cold : _office.Store).Failure = new StoreFailure(step, Happens: step % 2 == 0, Lasts: true);
                await TryAsync();
                _cold.Heal();
                _office.Store.Heal();
                var run = await ArchiveAsync(advance: false);
                Assert.Empty(run.Failures);
                Assert.Empty(Raw());
                Assert.Empty((await NewOffice().VerifyAsync(null, Cancel)).Failures);
                await NewOffice().RestoreAsync("2026-11-29", "2026-11-30", Cancel);
                Assert.Equal(before, Raw());
            }
        }
    }

    [Fact]
    public async Task Restored_StaysForItsTime_ThenGoesWithoutANewVolume()
    {
        await FillAsync();
        await ArchiveAsync();
        await NewOffice().RestoreAsync("2026-11-29", "2026-11-29", Cancel);
        var cold = _cold.Keys;

        await ArchiveAsync(advance: false);
        Assert.NotEmpty(Raw());
        _office.Time.Advance(TimeSpan.FromDays(8));
        await ArchiveAsync(advance: false);

        Assert.Empty(Raw());
        Assert.Equal(cold, _cold.Keys);
    }

    private async Task TryAsync()
    {
        try
        {
            await ArchiveAsync(advance: false);
        }
        catch (ObjectStoreException)
        {
            // As good as dead.
        }
    }

    private async Task<OfficeReport> ArchiveAsync(bool advance = true)
    {
        if (advance) _office.Time.Advance(TimeSpan.FromDays(100));
        return await NewOffice().ArchiveAsync(Cancel);
    }

    private BillingOffice NewOffice() => new(
        _office.Store, null, _office.Plan(), new ColdStore(_cold), Options.Create(_office.Options),
        Options.Create(new ArchiveOptions()), _office.Time);

    private async Task FillAsync()
    {
        Ship();
        await _office.SealAsync();
        Assert.Empty((await _office.BillAsync("2026-11")).Outcome.Refusals);
    }

    private void Ship()
    {
        _office.Store = new MemoryObjectStore(_office.Time);
        new TestRecorder("edge-1", First).Records("acme", First, TimeSpan.FromHours(26), 25)
            .ShipAndTell(_office.Store, Office.At("2026-12-01T00:00:00Z"), ended: true);
    }

    private SortedDictionary<string, string> Raw() => new(
        _office.Store.Keys.Where(key => key.StartsWith("usage/raw/", StringComparison.Ordinal))
            .ToDictionary(key => key, key => Convert.ToBase64String(_office.Store.Bytes(ObjectKey.Of(key))!)),
        StringComparer.Ordinal);

    private MemoryObjectStore Copy(MemoryObjectStore from)
    {
        var copy = new MemoryObjectStore(_old);
        foreach (var key in from.Keys) copy.Set(ObjectKey.Of(key), from.Bytes(ObjectKey.Of(key))!);
        return copy;
    }

    // Copies are as old as what they are of.
    private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider _old = new(First);
}
