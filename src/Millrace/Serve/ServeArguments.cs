using Millrace.Roles;
using Millrace.Worker.Pool;

namespace Millrace.Serve;

/// <summary>What the command line of <c>serve</c> says.</summary>
internal sealed record ServeArguments
{
    public required string Urls { get; init; }

    public required DirectoryInfo Data { get; init; }

    public bool Open { get; init; }

    public int? Kernels { get; init; }

    public SandboxDemand Sandbox { get; init; }

    public bool JsonLog { get; init; }

    /// <summary>Why it cannot be served so, as a sentence that says what to do; null when it can.</summary>
    public string? Refusal() => Loopback.Refusal(Urls, Open);
}
