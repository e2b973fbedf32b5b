using Millrace.Billing.Plans;
using Millrace.Billing.Sealing;
using Millrace.Billing.Sql;
using Millrace.Core.Objects;

namespace Millrace.Billing.Periods;

/// <summary>
/// Bills months: freezes what they are billed from, then makes and stores invoices, then closes them. Interrupted
/// anywhere, the same call goes on and makes the same bytes.
/// </summary>
internal sealed class Biller(
    IObjectStore store, SealLog log, IPlanHistory plans, BillingOptions options, TimeProvider time)
{
    /// <summary>Bills a month, or looks whether it would be billed the same again.</summary>
    /// <param name="period">The month.</param>
    /// <param name="take">Is given each invoice with its forms, in the order of numbers; may be null.</param>
    /// <param name="cancellationToken">Ends it between two invoices.</param>
    /// <exception cref="InvalidDataException">What is stored was altered, or is not what comes out now.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public async Task<BillOutcome> RunAsync(
        Period period, Func<MadeInvoice, Task>? take, CancellationToken cancellationToken)
    {
        await log.ReadAsync(cancellationToken);
        var closes = await ClosedAsync(cancellationToken);
        var refusals = PeriodRules.Refusals(period, time.GetUtcNow(), log, closes.Keys.ToHashSet());
        if (refusals.Count > 0) return new BillOutcome(refusals, null, null);
        var before = new List<Freeze>();
        foreach (var earlier in closes.Keys.Where(earlier => earlier.From < period.From).OrderBy(each => each.From))
            before.Add((await FrozenAsync(earlier, cancellationToken))!.Value.Freeze);
        var (freeze, hash) = await FrozenAsync(period, cancellationToken)
            ?? await FreezeAsync(period, before, cancellationToken);
        using var engine = new DuckEngine(options);
        var making = new InvoiceRun(store, engine, options, freeze, before);
        var close = await CloseAsync(period, hash, freeze, making, take, cancellationToken);
        return new BillOutcome([], freeze, close);
    }

    /// <summary>Every month that is billed.</summary>
    public async Task<SortedDictionary<Period, ObjectKey>> ClosedAsync(CancellationToken cancellationToken)
    {
        var closed = new SortedDictionary<Period, ObjectKey>(
            Comparer<Period>.Create((one, other) => one.From.CompareTo(other.From)));
        await foreach (var head in store.ListAsync(BillingKeys.Periods, null, cancellationToken))
        {
            var text = head.Key.ToString()[BillingKeys.Periods.Length..].Split('/')[0];
            if (Period.TryParse(text, out var period) && head.Key == BillingKeys.Close(period))
                closed[period] = head.Key;
        }
        return closed;
    }

    private async Task<(Freeze Freeze, string Hash)?> FrozenAsync(Period period, CancellationToken cancellationToken) =>
        await PeriodText.ReadFreezeAsync(store, period, cancellationToken) is { } frozen
            ? (frozen.Value, frozen.Hash)
            : null;

    private async Task<(Freeze Freeze, string Hash)> FreezeAsync(
        Period period, List<Freeze> before, CancellationToken cancellationToken)
    {
        var previous = await PeriodText.ReadCloseAsync(store, period.Before, cancellationToken);
        var (stretches, prices) = await StretchesAsync(period, cancellationToken);
        var lost = await new EpochWords(store, null, options).LostAsync(cancellationToken);
        var freeze = new Freeze
        {
            Period = period.ToString(),
            Previous = previous?.Hash ?? Seal.NoHash,
            FirstNumber = previous?.Value.NextNumber ?? 1,
            NumberPrefix = options.NumberPrefix,
            Seller = options.Seller,
            SealsThrough = log.Seals.Count,
            Seals = PeriodRules.Seals(period, log, before),
            Prices = prices,
            Stretches = stretches,
            Lost = [.. lost.Where(each => each.Epoch < period.Until.ToUnixTimeMilliseconds())],
        };
        var bytes = PeriodText.Write(freeze);
        await store.PutAsync(BillingKeys.Freeze(period), bytes, PutMode.Create, cancellationToken);

        // Somebody else's, if that was first.
        return (await FrozenAsync(period, cancellationToken))!.Value;
    }

    private async Task<(List<FrozenStretch> Stretches, List<PlanPrices> Prices)> StretchesAsync(
        Period period, CancellationToken cancellationToken)
    {
        var (stretches, prices) = (new List<FrozenStretch>(), new List<PlanPrices>());
        var places = new Dictionary<(string Plan, int Version), int>();
        await foreach (var stretch in plans.ReadAsync(period.From, period.Until, cancellationToken))
        {
            if (!places.TryGetValue((stretch.Plan, stretch.Version), out var place))
            {
                places[(stretch.Plan, stretch.Version)] = place = prices.Count;
                prices.Add(stretch.Prices);
            }
            var from = stretch.From > period.From ? stretch.From : period.From;
            var until = stretch.Until is { } end && end < period.Until ? end : period.Until;
            stretches.Add(new(stretch.Tenant, stretch.Plan, stretch.Version, from, until, place));
        }
        return (stretches, prices);
    }

    private async Task<Close> CloseAsync(
        Period period, string inputs, Freeze freeze, InvoiceRun making, Func<MadeInvoice, Task>? take,
        CancellationToken cancellationToken)
    {
        var invoices = new List<ClosedInvoice>();
        var unrated = new List<UnratedUse>();
        var waiting = new List<MadeInvoice>();
        await foreach (var invoice in making.RunAsync(unrated, cancellationToken))
        {
            waiting.Add(new MadeInvoice(
                invoice, PeriodText.Write(invoice), InvoiceCsv.Write(invoice), InvoiceHtml.Write(invoice)));
            if (waiting.Count == options.StoreParallelism)
                await StoreAsync(period, waiting, invoices, take, cancellationToken);
        }
        await StoreAsync(period, waiting, invoices, take, cancellationToken);
        var close = new Close
        {
            Period = period.ToString(),
            Inputs = inputs,
            NextNumber = freeze.FirstNumber + invoices.Count,
            Invoices = invoices,
            Unrated = unrated,
        };
        await CreateAsync(BillingKeys.Close(period), PeriodText.Write(close), cancellationToken);
        return close;
    }

    private async Task StoreAsync(
        Period period, List<MadeInvoice> waiting, List<ClosedInvoice> invoices, Func<MadeInvoice, Task>? take,
        CancellationToken cancellationToken)
    {
        await Task.WhenAll(waiting.SelectMany(made => made.Forms().Select(
            form => CreateAsync(
                BillingKeys.Invoice(period, made.Invoice.Number, form.Name), form.Bytes, cancellationToken))));
        foreach (var made in waiting)
        {
            invoices.Add(made.ToClosed());
            if (take is not null) await take(made);
        }
        waiting.Clear();
    }

    private async Task CreateAsync(ObjectKey key, byte[] bytes, CancellationToken cancellationToken)
    {
        if (await StoredText.CreateAsync(store, key, bytes, cancellationToken)) return;
        throw new InvalidDataException(
            $"'{key}' is stored, and is not what comes out now: it was altered, or another version made it. "
            + "It stands.");
    }
}

/// <summary>How billing a month ended.</summary>
/// <param name="Refusals">Why nothing was done; empty when it was.</param>
/// <param name="Freeze">What it was billed from.</param>
/// <param name="Close">What came out.</param>
internal sealed record BillOutcome(IReadOnlyList<string> Refusals, Freeze? Freeze, Close? Close);

/// <summary>An invoice in all its forms.</summary>
internal sealed record MadeInvoice(Invoice Invoice, byte[] Json, byte[] Csv, byte[] Html)
{
    /// <summary>Names and bytes of the forms.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Forms() => [("json", Json), ("csv", Csv), ("html", Html)];

    /// <summary>Its place in the list of its month.</summary>
    public ClosedInvoice ToClosed() => new(
        Invoice.Number, Invoice.Tenant, Invoice.Currency, Invoice.Total, StoredText.Hash(Json), StoredText.Hash(Csv),
        StoredText.Hash(Html));
}
