namespace Millrace.Core.Kernels;

/// <summary>
/// What a kernel says of itself when it is warm and its sandbox is closed; the worker checks what it can in /proc.
/// </summary>
/// <param name="Build">
/// Version of kernel and libvips: part of a poison fingerprint, as a new decoder may survive an old pill.
/// </param>
/// <param name="Missing">
/// Sandbox mechanisms that could not be switched on, each with its reason; empty when all are on.
/// </param>
public sealed record KernelHello(string Build, IReadOnlyList<string> Missing)
{
    /// <summary>A line for the build, then a line for each missing mechanism.</summary>
    public string ToText() => string.Join('\n', [Build, .. Missing]);

    /// <summary>Parses <see cref="ToText"/>.</summary>
    public static KernelHello Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new KernelHello(lines.Length > 0 ? lines[0] : "unknown", [.. lines.Skip(1)]);
    }
}
