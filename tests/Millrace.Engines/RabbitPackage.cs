namespace Millrace.Engines;

/// <summary>Where the distribution's package has put RabbitMQ.</summary>
internal static class RabbitPackage
{
    private const string Install =
        "as root: apt-get update && apt-get install -y --no-install-recommends rabbitmq-server";

    /// <summary>A program of the package, such as rabbitmq-server, without the wrapper that changes the user.</summary>
    /// <exception cref="FileNotFoundException">It is missing; the message has the command that installs it.</exception>
    public static string Program(string name)
    {
        const string library = "/usr/lib/rabbitmq/lib";
        var found = Directory.Exists(library)
            ? Directory.EnumerateDirectories(library, "rabbitmq_server-*").Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        var path = Path.Combine(found ?? library, "sbin", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"RabbitMQ is missing; {Install}", path);
    }
}
