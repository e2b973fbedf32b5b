using System.Data.Common;
using Millrace.Billing.Raw;
using Millrace.Billing.Rating;
using Millrace.Billing.Sql;
using Millrace.Core.Objects;
using Millrace.Core.Usage;

namespace Millrace.Billing.Periods;

/// <summary>Reads from the sums of seals what tenants used, stretch by stretch.</summary>
internal sealed class UseReading(IObjectStore store, DuckEngine engine, BillingOptions options)
{
    /// <summary>The stretch of use that no plan covers.</summary>
    public const int NoStretch = -1;

    private readonly Staging _staging = new(store, options);

    /// <summary>What was used, by tenant and stretch; nothing is here of those that used nothing.</summary>
    /// <param name="seals">Of which hours.</param>
    /// <param name="stretches">Of those hours' month.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">Sums are missing or were altered.</exception>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    public async Task<Dictionary<string, SortedDictionary<int, UsedUnits>>> ReadAsync(
        IEnumerable<BilledSeal> seals, IReadOnlyList<FrozenStretch> stretches, CancellationToken cancellationToken)
    {
        var paths = await BringAsync(seals.Select(seal => seal.Sums), cancellationToken);
        engine.SeeSums("sums", paths);
        engine.Fill(
            "stretches", "tenant VARCHAR, stretch INTEGER, from_ms BIGINT, until_ms BIGINT", Spans(stretches),
            (row, span) => row.AppendValue(span.Tenant).AppendValue(span.Stretch).AppendValue(span.From)
                .AppendValue(span.Until));
        var used = new Dictionary<string, SortedDictionary<int, UsedUnits>>(StringComparer.Ordinal);
        foreach (var (tenant, stretch, add) in engine.Query(DuckEngine.Statement("month-usage"), Row))
        {
            if (!used.TryGetValue(tenant, out var ofTenant)) used[tenant] = ofTenant = [];
            ofTenant[stretch] = add(ofTenant.GetValueOrDefault(stretch, UsedUnits.None));
        }
        return used;
    }

    /// <summary>Brings sums to the disk.</summary>
    /// <returns>Paths; one that is here twice counts twice: late sums may equal those before.</returns>
    public async Task<IReadOnlyList<string>> BringAsync(
        IEnumerable<string?> sums, CancellationToken cancellationToken)
    {
        var wanted = sums.OfType<string>().Select(hash => (BillingKeys.Sums(hash), hash)).ToList();
        var staged = await _staging.BringAsync(wanted, null, cancellationToken);
        if (staged.FirstOrDefault(each => each.Fault is not null) is { } broken)
            throw new InvalidDataException(broken.Fault);
        return [.. staged.Select(each => each.Path!)];
    }

    /// <summary>Removes what was brought.</summary>
    public void Remove(IEnumerable<BilledSeal> seals) =>
        _staging.Remove(seals.Select(seal => seal.Sums).OfType<string>());

    // Use after the end of a stretch and before the next is of that stretch: a plan's end reaches edges a moment later.
    // The first one begins with its hour, which may have been summed before the plan was known.
    private static IEnumerable<(string Tenant, int Stretch, long From, long Until)> Spans(
        IReadOnlyList<FrozenStretch> stretches)
    {
        for (var i = 0; i < stretches.Count; i++)
        {
            var isFirst = i == 0 || stretches[i - 1].Tenant != stretches[i].Tenant;
            var isLast = i + 1 == stretches.Count || stretches[i + 1].Tenant != stretches[i].Tenant;
            var from = stretches[i].From.ToUnixTimeMilliseconds();
            yield return (
                stretches[i].Tenant, i, isFirst ? from / 3_600_000 * 3_600_000 : from,
                isLast ? long.MaxValue : stretches[i + 1].From.ToUnixTimeMilliseconds());
        }
    }

    private static (string Tenant, int Stretch, Func<UsedUnits, UsedUnits> Add) Row(DbDataReader row)
    {
        var (@class, answers, results) = ((UsageClass)row.GetInt32(2), row.GetInt64(3), row.GetInt64(4));
        var (pixels, bytesIn, bytesOut) = (row.GetInt64(5), row.GetInt64(6), row.GetInt64(7));
        return (
            row.GetString(0), row.GetInt32(1),
            used => used.With(@class, answers, results, pixels, bytesIn, bytesOut));
    }
}
