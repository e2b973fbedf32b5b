using System.Globalization;

namespace Millrace.Engines.Postgres;

/// <summary>Where the distribution's package has put PostgreSQL.</summary>
internal static class PostgresPackage
{
    private const string Library = "/usr/lib/postgresql";
    private const string Install =
        "as root: apt-get update && apt-get install -y --no-install-recommends postgresql";

    /// <summary>A program of the newest version that is installed, such as initdb.</summary>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    public static string Program(string name)
    {
        var versions = Directory.Exists(Library) ? Directory.EnumerateDirectories(Library) : [];
        var found = versions.OrderByDescending(Number)
            .Select(version => Path.Combine(version, "bin", name)).FirstOrDefault(File.Exists);
        return found ?? throw new FileNotFoundException($"PostgreSQL is missing; {Install}", name);
    }

    private static int Number(string folder) => int.TryParse(
        Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
