using Microsoft.Extensions.Options;
using Millrace.Billing.Archive;
using Millrace.Testing;

namespace Millrace.Billing.Tests.Reconciling;

public sealed class ReconcilerTests : IDisposable
{
    private readonly Office _office = new();
    private readonly MemoryUsageLedger _ledger = new();

    public void Dispose() => _office.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SealsAndLedger_WhenTheyAgree_DifferInNothing()
    {
        var edge = await SealAsync();
        await _ledger.PutAsync(edge.ToBatch(), Cancel);

        var report = await ReconcileAsync();

        Assert.Empty(report.Failures);
        Assert.Contains("2 tenants, 9 answers, 0 differences", Assert.Single(report.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SealsAndLedger_WhenTheyDiffer_AreToldToTheUnit()
    {
        var edge = await SealAsync();
        var batch = edge.ToBatch();
        await _ledger.PutAsync(batch with { Sums = [.. batch.Sums.Skip(1)] }, Cancel);

        var report = await ReconcileAsync();

        Assert.Equal(
            "acme, 2026-11-03T10Z, interactive, Standard: "
            + "raw 9 answers, 9 billable, 9000 B in, 900 B out, 9000000 pixels, "
            + "ledger 8 answers, 8 billable, 8000 B in, 800 B out, 8000000 pixels",
            Assert.Single(report.Failures));
    }

    private async Task<TestRecorder> SealAsync()
    {
        var edge = new TestRecorder("edge-1", Office.At("2026-11-03T10:00:00Z"))
            .Records("acme", Office.At("2026-11-03T10:00:00Z"), TimeSpan.FromMinutes(50), 9);
        edge.ShipAndTell(_office.Store, Office.At("2026-11-03T11:00:00Z"), ended: true);
        _office.Time.SetUtcNow(Office.At("2026-11-03T12:00:00Z"));
        await _office.SealAsync();
        return edge;
    }

    private async Task<OfficeReport> ReconcileAsync()
    {
        using var office = new BillingOffice(
            _office.Store, _ledger, _office.Plan(), null, Options.Create(_office.Options),
            Options.Create(new ArchiveOptions()), _office.Time);
        return await office.ReconcileAsync(new Period(2026, 11), Cancel);
    }
}
