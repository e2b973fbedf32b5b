using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Usage;

namespace Millrace.Ledger;

/// <summary>
/// A row as both ledgers keep it: tenant, minute and key name it, and whoever stores it again stores the same over it.
/// </summary>
/// <param name="Key">Of whoever told it; see <see cref="LedgerRows"/>.</param>
/// <param name="Sum">What was used.</param>
internal readonly record struct LedgerRow(string Key, UsageSum Sum)
{
    private const int IdBytes = 16;

    /// <summary>As those see it who sum elsewhere.</summary>
    public UsageRow ToRow()
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{Sum.Tenant}\n{LedgerMinutes.Of(Sum.Minute)}\n{Key}");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        return new UsageRow(Convert.ToHexStringLower(hash.AsSpan(0, IdBytes)), Sum);
    }
}

/// <summary>What becomes of a batch. Pure.</summary>
internal static class LedgerRows
{
    /// <summary>
    /// The rows of a batch, each once. A sum's key is <c>s#recorder#epoch#first sequence#lane#class</c>, which no other
    /// batch has; a job's is <c>j#id</c>, the same whoever tells it.
    /// </summary>
    /// <exception cref="ArgumentException">It has two sums of one tenant, minute, lane and class.</exception>
    public static IReadOnlyCollection<LedgerRow> Of(UsageBatch batch)
    {
        var rows = new Dictionary<(string, long, string), LedgerRow>(batch.Sums.Count + batch.Jobs.Count);
        foreach (var sum in batch.Sums)
        {
            var row = new LedgerRow(KeyOf(batch, sum), sum with { Minute = LedgerMinutes.At(sum.Minute) });
            if (!rows.TryAdd(NameOf(row), row))
                throw new ArgumentException($"The batch has two sums of {NameOf(row)}.", nameof(batch));
        }
        foreach (var job in batch.Jobs)
        {
            var row = Of(job);
            rows[NameOf(row)] = row;
        }
        return rows.Values;
    }

    private static string KeyOf(UsageBatch batch, UsageSum sum) => string.Create(
        CultureInfo.InvariantCulture,
        $"s#{batch.Recorder}#{batch.Epoch}#{batch.First:D12}#{(int)sum.Lane}#{(int)sum.Class}");

    private static (string, long, string) NameOf(LedgerRow row) =>
        (row.Sum.Tenant, LedgerMinutes.Of(row.Sum.Minute), row.Key);

    private static LedgerRow Of(UsageRecord job) => new(
        $"j#{job.Id:N}",
        new UsageSum
        {
            Tenant = job.Tenant,
            Minute = LedgerMinutes.At(job.At),
            Lane = job.Lane,
            Class = job.Class,
            Answers = 1,
            Billable = job.IsBillable ? job.Results : 0,
            BytesIn = job.BytesIn,
            BytesOut = job.BytesOut,
            Pixels = job.Pixels,
        });
}
