using System.Globalization;
using Millrace.Core.Objects;

namespace Millrace.Core.Usage;

/// <summary>Where raw usage stands in the object store.</summary>
public static class UsageKeys
{
    /// <summary>How the keys of all raw segments and their manifests begin.</summary>
    public const string Raw = "usage/raw/";

    /// <summary>How the keys of all epochs begin.</summary>
    public const string Epochs = "usage/epochs/";

    /// <summary>
    /// A segment: <c>usage/raw/region=R/date=2026-11-25/hour=08/RECORDER.EPOCH.FIRST-LAST.parquet</c>. Date and hour
    /// are
    /// of its records' times, all in one hour; sequences ascend and may have gaps where records of other hours were.
    /// </summary>
    /// <param name="region">1 to 32 of <c>a-z 0-9 -</c>.</param>
    /// <param name="hour">Beginning of the hour, UTC.</param>
    /// <param name="recorder">Who recorded.</param>
    /// <param name="epoch">Its boot.</param>
    /// <param name="first">Sequence of the first record.</param>
    /// <param name="last">Sequence of the last record.</param>
    public static ObjectKey Segment(
        string region, DateTimeOffset hour, string recorder, long epoch, long first, long last) =>
        Key($"{Hour(region, hour)}{recorder}.{epoch}.{first:D12}-{last:D12}.parquet");

    /// <summary>A segment's manifest, stored after it: beside it, with <c>.json</c> at the end.</summary>
    public static ObjectKey Manifest(ObjectKey segment) => Key($"{segment}.json");

    /// <summary>How the keys of an hour's segments begin.</summary>
    public static string Hour(string region, DateTimeOffset hour) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Raw}region={region}/date={hour.UtcDateTime:yyyy-MM-dd}/hour={hour.UtcDateTime:HH}/");

    /// <summary>An epoch's word about itself, replaced as it goes on: a <see cref="UsageEpoch"/>.</summary>
    public static ObjectKey Epoch(string recorder, long epoch) => Key($"{Epochs}{recorder}.{epoch}.json");

    /// <summary>
    /// An epoch's last word again, created once: a word on its way may come late and replace a later one, and nobody
    /// would say again that the epoch has ended.
    /// </summary>
    public static ObjectKey EpochEnd(string recorder, long epoch) => Key($"{Epochs}{recorder}.{epoch}.end.json");

    private static ObjectKey Key(FormattableString text)
    {
        var written = text.ToString(CultureInfo.InvariantCulture);
        return ObjectKey.TryParse(written, out var key)
            ? key
            : throw new ArgumentException($"'{written}' is no key of an object.");
    }
}
