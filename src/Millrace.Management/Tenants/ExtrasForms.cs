using System.ComponentModel;
using Millrace.Core.Identity;

namespace Millrace.Management.Tenants;

/// <summary>A pair that signs URLs, brought along.</summary>
internal sealed record PairBody
{
    [Description("Hexadecimal, 16 to 64 bytes.")]
    public required string Key { get; init; }

    [Description("Hexadecimal, 16 to 64 bytes.")]
    public required string Salt { get; init; }
}

/// <summary>A pair that signs URLs; its secrets are not told.</summary>
internal record PairForm
{
    [Description("Its name.")]
    public required string Id { get; init; }
}

/// <summary>A pair that was made: the only time that its secrets are told.</summary>
internal sealed record NewPairForm : PairForm
{
    [Description("Hexadecimal. It is told this once.")]
    public required string Key { get; init; }

    [Description("Hexadecimal. It is told this once.")]
    public required string Salt { get; init; }
}

/// <summary>What of a webhook endpoint can be chosen.</summary>
internal sealed record EndpointBody
{
    [Description("Where it is: https, or http where the service allows it.")]
    public required string Url { get; init; }

    [Description("What it is told, for example job.failed; none: all.")]
    public IReadOnlyList<string> Types { get; set; } = [];
}

/// <summary>A webhook endpoint.</summary>
internal sealed record EndpointForm
{
    [Description("Its name.")]
    public required string Name { get; init; }

    [Description("Where it is.")]
    public required string Url { get; init; }

    [Description("What it is told; none: all.")]
    public required IReadOnlyList<string> Types { get; init; }

    [Description("How many secrets sign: two while one is replaced.")]
    public required int Secrets { get; init; }

    [Description("A secret that was just made. It is told this once.")]
    public string? Secret { get; init; }

    public static EndpointForm Of(TenantEndpoint endpoint) => Of(endpoint, null);

    public static EndpointForm Of(TenantEndpoint endpoint, string? secret) => new()
    {
        Name = endpoint.Name,
        Url = endpoint.Url,
        Types = endpoint.Types,
        Secrets = endpoint.Secrets.Count,
        Secret = secret,
    };
}

/// <summary>Where a tenant's images may be fetched from.</summary>
internal sealed record SourcesForm
{
    [Description("At most 100.")]
    public required IReadOnlyList<SourceForm> Sources { get; init; }
}

/// <summary>Sources that are allowed.</summary>
internal sealed record SourceForm
{
    [Description("https or http.")]
    public required string Scheme { get; init; }

    [Description("A host, or with a leading dot all hosts below it; lower case, in ASCII form.")]
    public required string Host { get; init; }

    [Description("1 to 65535; absent: the scheme's.")]
    public int? Port { get; init; }
}

/// <summary>Transforms by name.</summary>
internal sealed record PresetsForm
{
    [Description("Each a query as images:convert takes it. At most 100.")]
    public required IReadOnlyDictionary<string, string> Presets { get; init; }
}

/// <summary>Names under which a tenant's images are asked for.</summary>
internal sealed record HostsForm
{
    [Description("Domain names in lower case; each is one tenant's. At most 20.")]
    public required IReadOnlyList<string> Hosts { get; init; }
}
