namespace Millrace.Engines.Swift;

/// <summary>
/// Where OpenStack Swift is: 2.38 or newer, as older ones answer 501 to create-only puts. Its package is unpacked by
/// <c>./dev engines</c>; what it depends on comes from the distribution's own, older one.
/// </summary>
internal static class SwiftPackage
{
    /// <summary>The oldest version that knows create-only puts.</summary>
    public static readonly Version Oldest = new(2, 38);

    private const string Memcached = "memcached";
    private const string Library = "usr/lib/python3/dist-packages";
    private const string Install = "as root: ./dev engines";

    /// <summary>The folder that Python finds Swift in.</summary>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    public static string PythonPath()
    {
        string[] roots = [Cache("/var/cache"), Cache(UserCache()), "/"];
        var found = roots.Select(root => Path.Combine(root, Library)).FirstOrDefault(IsNewEnough);
        return found ?? throw new FileNotFoundException($"OpenStack Swift {Oldest} or newer is missing; {Install}");
    }

    /// <summary>The cache that its proxy insists on.</summary>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    public static string MemcachedProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Append("/usr/local/bin")
            .Select(folder => Path.Combine(folder, Memcached)).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"memcached is missing; {Install}");

    private static string Cache(string folder) => Path.Combine(folder, "millrace", "swift");

    private static string UserCache() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static bool IsNewEnough(string library) => Directory.Exists(library)
        && Directory.EnumerateDirectories(library, "swift-*.*-info").Any(info => Version(info) >= Oldest);

    // swift-2.38.2.egg-info
    private static Version? Version(string info)
    {
        var text = Path.GetFileNameWithoutExtension(info)["swift-".Length..];
        return System.Version.TryParse(text, out var version) ? version : null;
    }
}
