using System.Text;
using Millrace.Billing.Rating;
using Millrace.Core.Objects;
using Millrace.Testing;

namespace Millrace.Billing.Tests.Periods;

public sealed class BillerTests : IDisposable
{
    private readonly Office _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task Month_Billed_IsTheUseAtThePlansPrices()
    {
        await SealMonthAsync("2026-11-01", "2026-12-01", edge => edge
            .Records("acme", Office.At("2026-11-03T10:00:00Z"), TimeSpan.FromDays(20), 25));

        var (outcome, made) = await _office.BillAsync("2026-11");

        Assert.Empty(outcome.Refusals);
        var invoice = Assert.Single(made).Invoice;
        Assert.Equal(("M00000001", "acme", "25.00"), (invoice.Number, invoice.Tenant, invoice.Total));
        Assert.Equal([1L, 10, 15], invoice.Lines.Select(line => line.Units));
        Assert.Equal(2, outcome.Close!.NextNumber);
    }

    [Fact]
    public async Task Month_BilledTwice_IsTheSameBytes()
    {
        await SealMonthAsync("2026-11-01", "2026-12-01", edge => edge
            .Records("acme", Office.At("2026-11-03T10:00:00Z"), TimeSpan.FromDays(20), 25));
        await _office.BillAsync("2026-11");
        var first = _office.StoredInvoices();

        // What was true of the month stays true of it: prices of today are not its prices.
        _office.PlansText = _office.PlansText.Replace("1000000 }", "9000000 }", StringComparison.Ordinal);
        var (outcome, made) = await _office.BillAsync("2026-11");

        Assert.Empty(outcome.Refusals);
        Assert.Equal(first, _office.StoredInvoices());
        Assert.Equal(first["billing/invoices/2026-11/M00000001.json"], Convert.ToBase64String(made[0].Json));
    }

    [Fact]
    public async Task Month_NotOverOrNotSealedOrOutOfTurn_IsRefusedAndSaysWhy()
    {
        _office.Time.SetUtcNow(Office.At("2026-12-02T00:00:00Z"));
        Assert.Contains("No hour is sealed", await RefusalAsync("2026-11"), StringComparison.Ordinal);
        await SealMonthAsync("2026-11-01", "2026-12-01", edge =>
            edge.Record("acme", Office.At("2026-11-03T10:00:00Z")));
        Assert.Contains("No usage was told of before", await RefusalAsync("2026-10"), StringComparison.Ordinal);
        _office.Time.SetUtcNow(Office.At("2031-01-02T00:00:00Z"));
        Assert.Contains("2026-11 is the next one", await RefusalAsync("2026-12"), StringComparison.Ordinal);
        await _office.BillAsync("2026-11");
        Assert.Contains("hours of 2026-12 are not sealed: 2026-12-03T23Z", await RefusalAsync("2026-12"),
            StringComparison.Ordinal);
        Assert.Contains("is not over", await RefusalAsync("2031-01"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Month_WithoutUse_HasTheMonthlyPriceAloneAndNoEmptyInvoice()
    {
        await SealMonthAsync("2028-02-01", "2028-03-01", edge => edge);

        var (_, made) = await _office.BillAsync("2028-02");

        // The tenant "quiet" pays nothing a month and used nothing.
        var invoice = Assert.Single(made).Invoice;
        Assert.Equal(("acme", "10.00"), (invoice.Tenant, invoice.Total));
        Assert.Equal(LineKind.Monthly, Assert.Single(invoice.Lines).Kind);
    }

    [Fact]
    public async Task LeapDayAndYearEnd_AreBilledInTheirMonths()
    {
        var edge = new TestRecorder("edge-1", Office.At("2027-12-01T00:00:00Z"));
        string[] times =
        [
            "2027-12-31T23:59:59.999Z", "2028-01-01T00:00:00Z", "2028-02-29T23:59:59.999Z", "2028-03-01T00:00:00Z",
        ];
        foreach (var time in times) edge.Record("acme", Office.At(time));
        edge.ShipAndTell(_office.Store, Office.At("2028-04-01T00:00:00Z"), ended: true);
        _office.Time.SetUtcNow(Office.At("2028-04-02T00:00:00Z"));
        await _office.SealAsync();

        (string Month, string Number)[] months =
            [("2027-12", "M00000001"), ("2028-01", "M00000002"), ("2028-02", "M00000003"), ("2028-03", "M00000004")];

        foreach (var (month, number) in months)
        {
            var invoice = Assert.Single((await _office.BillAsync(month)).Invoices).Invoice;
            Assert.Equal((number, 1L),
                (invoice.Number, invoice.Lines.Single(line => line.Kind == LineKind.Included).Units));
        }
    }

    [Fact]
    public async Task PlanChangedMidHour_IsDecidedByTheMillisecond()
    {
        _office.PlansText = _office.PlansText.Replace(
            """[ { "plan": "basic", "from": "2020-01-01T00:00:00Z" } ]""",
            """
            [ { "plan": "basic", "from": "2020-01-01T00:00:00Z" },
                { "plan": "free", "from": "2026-11-16T10:30:00.500Z" } ]
            """, StringComparison.Ordinal);
        await SealMonthAsync("2026-11-01", "2026-12-01", edge => edge
            .Record("acme", Office.At("2026-11-16T10:30:00.499Z"), 6)
                .Record("acme", Office.At("2026-11-16T10:30:00.500Z"), 3)
            .Record("acme", Office.At("2026-11-16T10:59:59Z"), 4));

        var invoice = Assert.Single((await _office.BillAsync("2026-11")).Invoices).Invoice;

        // Basic held for a little more than half of the month: so much of ten euros and of ten included units.
        var half = invoice.Lines.Where(line => line.Plan == "basic").ToList();
        Assert.Equal([1L, 5, 1], half.Select(line => line.Units));
        Assert.Equal(5_145_835, half[0].AmountMicros);
        Assert.Equal(7, Assert.Single(invoice.Lines, line => line.Plan == "free").Units);
        Assert.Equal("6.15", invoice.Total);
    }

    [Fact]
    public async Task LateRecords_AreOnTheNextInvoice_AtThePricesOfTheirMonth()
    {
        var edge = new TestRecorder("edge-1", Office.At("2026-11-01T00:00:00Z"));
        edge.Records("acme", Office.At("2026-11-03T10:00:00Z"), TimeSpan.FromHours(1), 9)
            .ShipAndTell(_office.Store, Office.At("2027-01-01T00:00:00Z"), ended: true);
        _office.Time.SetUtcNow(Office.At("2026-12-05T00:00:00Z"));
        await _office.SealAsync();
        var november = Assert.Single((await _office.BillAsync("2026-11")).Invoices).Invoice;
        new TestRecorder("worker-1", Office.At("2026-11-01T00:00:00Z"))
            .Records("acme", Office.At("2026-11-03T10:30:00Z"), TimeSpan.FromMinutes(10), 4)
            .ShipAndTell(_office.Store, Office.At("2027-01-01T00:00:00Z"), ended: true);
        await _office.SealAsync();
        _office.Time.SetUtcNow(Office.At("2027-01-05T00:00:00Z"));
        await _office.SealAsync();

        var december = Assert.Single((await _office.BillAsync("2026-12")).Invoices).Invoice;

        // One more was included, three are beyond.
        Assert.Equal("10.00", november.Total);
        var late = Assert.Single(december.Lines, line => line.Kind == LineKind.Late);
        Assert.Equal(("2026-11", 4L, 3_000_000), (late.Period, late.Units, late.AmountMicros));
        Assert.Equal(("M00000002", "13.00"), (december.Number, december.Total));
    }

    [Fact]
    public async Task LateSums_ThatEqualTheFirstOnes_CountTwice()
    {
        var begin = Office.At("2026-11-01T00:00:00Z");
        foreach (var name in (string[])["edge-1", "edge-2"])
        {
            new TestRecorder(name, begin).Record("acme", begin.AddDays(3), 20)
                .ShipAndTell(_office.Store, begin.AddMonths(1), ended: true);
            _office.Time.SetUtcNow(Office.At("2026-12-05T00:00:00Z"));
            await _office.SealAsync();
        }

        Assert.Equal("40.00", Assert.Single((await _office.BillAsync("2026-11")).Invoices).Invoice.Total);
    }

    [Fact]
    public async Task Use_WithoutAPlan_IsNamedAndBilledToNobody()
    {
        await SealMonthAsync("2026-11-01", "2026-12-01", edge => edge
            .Record("stranger", Office.At("2026-11-03T10:00:00Z")).Record("acme", Office.At("2026-11-03T10:00:00Z")));

        var (outcome, made) = await _office.BillAsync("2026-11");

        Assert.Equal("acme", Assert.Single(made).Invoice.Tenant);
        var unrated = Assert.Single(outcome.Close!.Unrated);
        Assert.Equal(("stranger", 1L), (unrated.Tenant, unrated.Answers));
    }

    [Fact]
    public async Task Crash_AtEachStep_ThenResumed_GivesTheSameBytes()
    {
        var expected = await BilledAsync(null);
        var steps = _office.Store.Steps;
        Assert.InRange(steps, 10, 400);

        foreach (var happens in (bool[])[false, true])
        {
            // Every step of billing, and some of the sealing, which is many times the same.
            for (var step = 1; step <= steps; step += step < steps - 12 ? 41 : 1)
                Assert.Equal(expected, await BilledAsync(new StoreFailure(step, happens, Lasts: true)));
        }
    }

    [Fact]
    public async Task AlteredInvoice_WhenBilledAgain_IsFound()
    {
        await SealMonthAsync("2026-11-01", "2026-12-01", edge =>
            edge.Record("acme", Office.At("2026-11-03T10:00:00Z")));
        await _office.BillAsync("2026-11");
        _office.Store.Set(ObjectKey.Of("billing/invoices/2026-11/M00000001.csv"), "0.00"u8.ToArray());

        var found = await Assert.ThrowsAsync<InvalidDataException>(() => _office.BillAsync("2026-11"));

        Assert.Contains("M00000001.csv", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forms_HaveLinesAndTotal_AndNothingThatRuns()
    {
        _office.PlansText = _office.PlansText.Replace("\"basic\"", "\"<b>=1+1\"", StringComparison.Ordinal);
        await SealMonthAsync("2026-11-01", "2026-12-01", edge => edge
            .Records("acme", Office.At("2026-11-03T10:00:00Z"), TimeSpan.FromDays(20), 25));

        var made = Assert.Single((await _office.BillAsync("2026-11")).Invoices);

        var csv = Encoding.UTF8.GetString(made.Csv).Split("\r\n");
        Assert.StartsWith("number,period,tenant,currency,kind,", csv[0], StringComparison.Ordinal);
        Assert.EndsWith(",Total,,,,,,,,,,25.00", csv[^2], StringComparison.Ordinal);
        var html = Encoding.UTF8.GetString(made.Html);
        Assert.Contains("Plan &lt;b&gt;=1+1", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> RefusalAsync(string period) =>
        string.Join(" ", (await _office.BillAsync(period)).Outcome.Refusals);

    private async Task SealMonthAsync(string from, string until, Func<TestRecorder, TestRecorder> record)
    {
        var edge = new TestRecorder("edge-1", Office.At(from));
        record(edge).ShipAndTell(_office.Store, Office.At(until), ended: true);
        _office.Time.SetUtcNow(Office.At(until).AddDays(3));
        var report = await _office.SealAsync();
        Assert.Empty(report.OpenHours);
    }

    private async Task<SortedDictionary<string, string>> BilledAsync(StoreFailure? failure)
    {
        _office.Store = new MemoryObjectStore(_office.Time);
        var edge = new TestRecorder("edge-1", Office.At("2026-11-29T00:00:00Z"));
        edge.Records("acme", Office.At("2026-11-29T10:00:00Z"), TimeSpan.FromHours(30), 25)
            .ShipAndTell(_office.Store, Office.At("2026-12-01T00:00:00Z"), ended: true);
        _office.Time.SetUtcNow(Office.At("2026-12-01T00:20:00Z"));
        _office.Store.Failure = failure;
        try
        {
            await _office.SealAsync();
            await _office.BillAsync("2026-11");
        }
        catch (ObjectStoreException)
        {
            _office.Store.Heal();
            await _office.SealAsync();
            await _office.BillAsync("2026-11");
        }
        return _office.StoredInvoices();
    }
}
