using System.Text;
using Microsoft.Extensions.Time.Testing;
using Millrace.Billing.Periods;
using Millrace.Billing.Plans;
using Millrace.Billing.Sealing;
using Millrace.Core.Objects;
using Millrace.Core.Usage;
using Millrace.Testing;

namespace Millrace.Billing.Tests;

/// <summary>Everything that bills, over a store in memory and a clock that tests set.</summary>
internal sealed class Office : IDisposable
{
    /// <summary>One euro a result after the first ten, which ten euros a month cover.</summary>
    public const string Plans = """
        { "plans": {
            "basic": [ { "from": "2020-01-01T00:00:00Z", "currency": "EUR", "monthlyMicros": 10000000, "charges": [
              { "unit": "StandardResults", "includedUnits": 10, "perUnits": 1,
                  "tiers": [ { "priceMicros": 1000000 } ] } ] } ],
            "free": [ { "from": "2020-01-01T00:00:00Z", "currency": "EUR", "charges": [
              { "unit": "StandardResults", "includedUnits": 1000, "perUnits": 1000,
                  "tiers": [ { "priceMicros": 500000 } ] } ] } ] },
          "tenants": {
            "acme": [ { "plan": "basic", "from": "2020-01-01T00:00:00Z" } ],
            "quiet": [ { "plan": "free", "from": "2020-01-01T00:00:00Z" } ] } }
        """;

    private readonly TestFolder _folder = new();

    public MemoryObjectStore Store { get; set; } = new();

    public IUsageLedger? Ledger { get; set; }

    public string PlansText { get; set; } = Plans;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public BillingOptions Options => new() { WorkFolder = _folder.Path, Threads = 1, MemoryMebibytes = 256 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static DateTimeOffset At(string time) => DateTimeOffset.Parse(
        time, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    /// <summary>A new process: nothing is known but what is stored.</summary>
    public Sealer NewSealer() => new(Store, Ledger, Plan(), Options, Time);

    public IPlanHistory Plan() => PlanFile.Parse(Encoding.UTF8.GetBytes(PlansText), "plans");

    public async Task<SealReport> SealAsync()
    {
        using var sealer = NewSealer();
        return await sealer.RunAsync(null, Cancel);
    }

    public async Task<(BillOutcome Outcome, List<MadeInvoice> Invoices)> BillAsync(string period)
    {
        Assert.True(Period.TryParse(period, out var month));
        var log = new SealLog(Store, Options);
        var made = new List<MadeInvoice>();
        var outcome = await new Biller(Store, log, Plan(), Options, Time).RunAsync(
            month,
            invoice =>
            {
                made.Add(invoice);
                return Task.CompletedTask;
            },
            Cancel);
        return (outcome, made);
    }

    public async Task<SealLog> LogAsync()
    {
        var log = new SealLog(Store, Options);
        await log.ReadAsync(Cancel);
        return log;
    }

    /// <summary>All invoices that are stored, by key.</summary>
    public SortedDictionary<string, string> StoredInvoices() => new(
        Store.Keys.Where(key => key.StartsWith("billing/invoices/", StringComparison.Ordinal))
            .ToDictionary(key => key, key => Convert.ToBase64String(Store.Bytes(ObjectKey.Of(key))!)),
        StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();
}
