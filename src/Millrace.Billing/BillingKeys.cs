using System.Globalization;
using Millrace.Core.Objects;

namespace Millrace.Billing;

/// <summary>Where billing keeps what it has decided, in the object store. Everything here is created once.</summary>
internal static class BillingKeys
{
    public const string Seals = "billing/seals/";
    public const string Lost = "billing/lost/";
    public const string Periods = "billing/periods/";

    /// <summary>An entry of the log of seals, from 1.</summary>
    public static ObjectKey Seal(long number) => Key($"{Seals}{number:D12}.json");

    /// <summary>What an entry was made of.</summary>
    public static ObjectKey Inputs(string hash) => Key($"billing/inputs/{hash}.json");

    /// <summary>What came out of it.</summary>
    public static ObjectKey Sums(string hash) => Key($"billing/sums/{hash}.parquet");

    /// <summary>A loss that an operator has declared.</summary>
    public static ObjectKey Loss(string recorder, long epoch, long number) =>
        Key($"{Lost}{recorder}.{epoch}/{number:D4}.json");

    /// <summary>How the keys of an epoch's losses begin.</summary>
    public static string Losses(string recorder, long epoch) =>
        string.Create(CultureInfo.InvariantCulture, $"{Lost}{recorder}.{epoch}/");

    /// <summary>What a month is billed from, frozen.</summary>
    public static ObjectKey Freeze(Period period) => Key($"{Periods}{period}/inputs.json");

    /// <summary>That a month is billed, and all its invoices.</summary>
    public static ObjectKey Close(Period period) => Key($"{Periods}{period}/close.json");

    /// <summary>An invoice in one of its forms.</summary>
    public static ObjectKey Invoice(Period period, string number, string form) =>
        Key($"billing/invoices/{period}/{number}.{form}");

    private static ObjectKey Key(FormattableString text) => ObjectKey.Of(text.ToString(CultureInfo.InvariantCulture));
}
