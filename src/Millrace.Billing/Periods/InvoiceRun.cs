using System.Globalization;
using System.Runtime.CompilerServices;
using Millrace.Billing.Plans;
using Millrace.Billing.Rating;
using Millrace.Billing.Sql;
using Millrace.Core.Objects;

namespace Millrace.Billing.Periods;

/// <summary>Makes all invoices of a month from what was frozen for it: the same ones every time.</summary>
/// <param name="store">Where the sums are.</param>
/// <param name="engine">What adds them up.</param>
/// <param name="options">Bounds.</param>
/// <param name="freeze">Of the month.</param>
/// <param name="before">Of the months before, in their order.</param>
internal sealed class InvoiceRun(
    IObjectStore store, DuckEngine engine, BillingOptions options, Freeze freeze, IReadOnlyList<Freeze> before)
{
    private readonly UseReading _reading = new(store, engine, options);
    private readonly Period _period = freeze.ToPeriod();

    /// <summary>Every invoice, in the order of numbers: by tenant, then currency.</summary>
    /// <param name="unrated">Is filled with use that no plan covers.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<Invoice> RunAsync(
        List<UnratedUse> unrated, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var used = await _reading.ReadAsync(
            freeze.Seals.Where(seal => seal.Hour >= _period.From), freeze.Stretches, cancellationToken);
        var late = await LateAsync(unrated, cancellationToken);
        _reading.Remove(freeze.Seals.Concat(before.SelectMany(each => each.Seals)));
        foreach (var (tenant, ofTenant) in used.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (ofTenant.GetValueOrDefault(UseReading.NoStretch) is { Answers: > 0 } none)
                unrated.Add(new(tenant, freeze.Period, none.Answers));
        }
        var number = freeze.FirstNumber;
        foreach (var (tenant, lines) in LinesByTenant(used, late))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var currency in lines.GroupBy(line => line.Currency)
                .OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{freeze.NumberPrefix}{number++:D8}");
                yield return InvoiceMaking.Make(
                    text, _period, freeze.Seller, tenant, currency.Key,
                    currency.Select(line => (line.Rated, line.Line)));
            }
        }
    }

    private IEnumerable<(string Tenant, List<Row> Rows)> LinesByTenant(
        Dictionary<string, SortedDictionary<int, UsedUnits>> used, Dictionary<string, List<Row>> late)
    {
        var stretches = freeze.Stretches.Index().ToLookup(each => each.Item.Tenant, StringComparer.Ordinal);
        var tenants = stretches.Select(each => each.Key).Concat(late.Keys).Distinct()
            .Order(StringComparer.Ordinal);
        foreach (var tenant in tenants)
        {
            var ofTenant = used.GetValueOrDefault(tenant);
            var rows = stretches[tenant].SelectMany(stretch => Rows(
                freeze, stretch.Item,
                (prices, share) => Rater.Rate(
                    prices, share, ofTenant?.GetValueOrDefault(stretch.Index) ?? UsedUnits.None)));
            var all = rows.Concat(late.GetValueOrDefault(tenant) ?? []).ToList();
            if (all.Count > 0) yield return (tenant, all);
        }
    }

    // What came late of the months before: each is rated again with all that is known now, and the difference is owed.
    private async Task<Dictionary<string, List<Row>>> LateAsync(
        List<UnratedUse> unrated, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, List<Row>>(StringComparer.Ordinal);
        var months = freeze.Seals.Where(seal => seal.Hour < _period.From).GroupBy(seal => Period.Of(seal.Hour))
            .OrderBy(month => month.Key.From);
        foreach (var month in months)
        {
            var then = before.FirstOrDefault(each => each.Period == month.Key.ToString()) ?? throw new
                InvalidDataException($"{month.Key} has seals and was not billed; bill it first.");
            var earlier = before.SelectMany(each => each.Seals).Where(seal => Period.Of(seal.Hour) == month.Key)
                .ToList();
            var more = await _reading.ReadAsync(month, then.Stretches, cancellationToken);
            var billed = await _reading.ReadAsync(earlier, then.Stretches, cancellationToken);
            foreach (var (tenant, ofTenant) in more.OrderBy(each => each.Key, StringComparer.Ordinal))
                AddLate(rows, unrated, then, tenant, ofTenant, billed.GetValueOrDefault(tenant));
        }
        return rows;
    }

    private static void AddLate(
        Dictionary<string, List<Row>> rows, List<UnratedUse> unrated, Freeze then, string tenant,
        SortedDictionary<int, UsedUnits> more, SortedDictionary<int, UsedUnits>? billed)
    {
        foreach (var (stretch, units) in more)
        {
            if (stretch == UseReading.NoStretch)
            {
                unrated.Add(new(tenant, then.Period, units.Answers));
                continue;
            }
            var known = billed?.GetValueOrDefault(stretch) ?? UsedUnits.None;
            if (!rows.TryGetValue(tenant, out var ofTenant)) rows[tenant] = ofTenant = [];
            ofTenant.AddRange(Rows(
                then, then.Stretches[stretch],
                (prices, share) => Rater.RateLate(prices, share, known, known.With(units))));
        }
    }

    private static IEnumerable<Row> Rows(
        Freeze month, FrozenStretch stretch, Func<PlanPrices, Share, IEnumerable<RatedLine>> rate)
    {
        var prices = month.Prices[stretch.Prices];
        var period = month.ToPeriod();
        var share = new Share(
            (long)(stretch.Until - stretch.From).TotalMilliseconds,
            (long)(period.Until - period.From).TotalMilliseconds);
        return rate(prices, share).Select(rated => new Row(prices.Currency, rated, new InvoiceLine
        {
            Kind = rated.Kind,
            Period = month.Period,
            Plan = stretch.Plan,
            PlanVersion = stretch.Version,
            From = stretch.From,
            Until = stretch.Until,
            Unit = rated.Unit,
            Units = rated.Units,
            PerUnits = rated.PerUnits,
            PriceMicros = rated.PriceMicros,
            AmountMicros = 0,
        }));
    }

    private sealed record Row(string Currency, RatedLine Rated, InvoiceLine Line);
}
