using System.Globalization;

namespace Millrace.Region.Running;

/// <summary>
/// Environment of a process whose clock says something else than this machine's; waits go by the latter.
/// </summary>
internal static class OtherClock
{
    private const string Missing =
        "libfaketime is missing; as root: apt-get update && apt-get install -y --no-install-recommends libfaketime";

    /// <summary>It says this when the process starts.</summary>
    /// <exception cref="FileNotFoundException">The clock cannot be set; the message says what is missing.</exception>
    public static Dictionary<string, string> At(DateTimeOffset at) =>
        Of(at.UtcDateTime.ToString("'@'yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));

    /// <summary>It is so far ahead of this machine's, or behind when that is negative.</summary>
    /// <exception cref="FileNotFoundException">The clock cannot be set; the message says what is missing.</exception>
    public static Dictionary<string, string> Ahead(TimeSpan offset) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0}"));

    private static Dictionary<string, string> Of(string faketime) => new()
    {
        ["LD_PRELOAD"] = Library(),
        ["TZ"] = "UTC",
        ["FAKETIME"] = faketime,
        ["DONT_FAKE_MONOTONIC"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };

    private static string Library() =>
        Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(Missing);
}
