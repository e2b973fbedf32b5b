using Millrace.Billing.Periods;
using Millrace.Billing.Sealing;
using Millrace.Billing.Sql;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Billing.Reconciling;

/// <summary>
/// Holds what seals have, which bills are made of, against what the ledger tells tenants: to the unit, by tenant, hour,
/// lane and class.
/// </summary>
internal sealed class Reconciler(IObjectStore store, IUsageLedger ledger, SealLog log, BillingOptions options)
{
    /// <summary>Compares a month.</summary>
    /// <param name="period">Which; hours of it that are not sealed are left out, and counted.</param>
    /// <param name="tenants">Who may be in the ledger alone; those of the seals are asked anyway.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    /// <exception cref="UsageLedgerException">The ledger cannot.</exception>
    public async Task<Reconciliation> RunAsync(
        Period period, IEnumerable<string> tenants, CancellationToken cancellationToken)
    {
        await log.ReadAsync(cancellationToken);
        var seals = log.Seals.Where(seal => seal.Hour >= period.From && seal.Hour < period.Until)
            .Select(seal => new BilledSeal(seal.Number, seal.Hour, seal.Sums)).ToList();
        using var engine = new DuckEngine(options);
        var reading = new UseReading(store, engine, options);
        engine.SeeSums("sums", await reading.BringAsync(seals.Select(seal => seal.Sums), cancellationToken));
        var raw = engine.Query(DuckEngine.Statement("hours-used"), row => (
            Place: new UsePlace(
                row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), (Lane)row.GetInt32(2),
                (UsageClass)row.GetInt32(3)),
            Sums: new UseSums(
                row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8))));
        var differences = new List<UseDifference>();
        var answers = 0L;
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ofTenant in raw.GroupBy(row => row.Place.Tenant))
        {
            asked.Add(ofTenant.Key);
            var sums = ofTenant.ToDictionary(row => row.Place, row => row.Sums);
            answers += sums.Values.Sum(each => each.Answers);
            await CompareAsync(period, ofTenant.Key, sums, differences, cancellationToken);
        }
        foreach (var tenant in tenants.Where(asked.Add))
            await CompareAsync(period, tenant, [], differences, cancellationToken);
        reading.Remove(seals);
        var hours = (int)(period.Until - period.From).TotalHours - seals.Select(seal => seal.Hour).Distinct().Count();
        return new Reconciliation(asked.Count, answers, hours, differences);
    }

    private async Task CompareAsync(
        Period period, string tenant, Dictionary<UsePlace, UseSums> raw, List<UseDifference> differences,
        CancellationToken cancellationToken)
    {
        var told = new Dictionary<UsePlace, UseSums>();
        await foreach (var sum in ledger.ReadAsync(tenant, period.From, period.Until, cancellationToken))
        {
            var hour = Inventory.HourOf(sum.Minute);
            if (!log.Has(hour)) continue;
            var place = new UsePlace(tenant, hour, sum.Lane, sum.Class);
            told[place] = told.GetValueOrDefault(place, UseSums.None).With(sum);
        }
        differences.AddRange(raw.Keys.Union(told.Keys).OrderBy(place => place.Hour).ThenBy(place => place.Lane)
            .ThenBy(place => place.Class)
            .Select(place => new UseDifference(
                place, raw.GetValueOrDefault(place, UseSums.None), told.GetValueOrDefault(place, UseSums.None)))
            .Where(difference => difference.Raw != difference.Ledger));
    }
}

/// <summary>What is compared.</summary>
internal sealed record UsePlace(string Tenant, DateTimeOffset Hour, Lane Lane, UsageClass Class);

/// <summary>What is counted there.</summary>
internal sealed record UseSums(long Answers, long Billable, long BytesIn, long BytesOut, long Pixels)
{
    /// <summary>Nothing.</summary>
    public static UseSums None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>The same with a minute of the ledger.</summary>
    public UseSums With(UsageSum sum) => new(
        Answers + sum.Answers, Billable + sum.Billable, BytesIn + sum.BytesIn, BytesOut + sum.BytesOut,
        Pixels + sum.Pixels);
}

/// <summary>A place where both differ.</summary>
internal sealed record UseDifference(UsePlace Place, UseSums Raw, UseSums Ledger)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Place.Tenant}, {Place.Hour.UtcDateTime:yyyy-MM-dd'T'HH}Z, {Place.Lane.Name()}, {Place.Class}: ")
        + $"raw {Text(Raw)}, ledger {Text(Ledger)}";

    private static string Text(UseSums sums) => FormattableString.Invariant(
        $"{sums.Answers} answers, {sums.Billable} billable, {sums.BytesIn} B in, {sums.BytesOut} B out, ")
        + FormattableString.Invariant($"{sums.Pixels} pixels");
}

/// <summary>How a comparison came out.</summary>
/// <param name="Tenants">Compared.</param>
/// <param name="Answers">In the seals.</param>
/// <param name="HoursOpen">Hours of the month that were left out: they are not sealed.</param>
/// <param name="Differences">By tenant and hour; empty when both say the same.</param>
internal sealed record Reconciliation(
    int Tenants, long Answers, int HoursOpen, IReadOnlyList<UseDifference> Differences);
