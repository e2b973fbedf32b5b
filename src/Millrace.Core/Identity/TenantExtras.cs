namespace Millrace.Core.Identity;

/// <summary>What few tenants have, and edges need.</summary>
public sealed record TenantExtras
{
    /// <summary>Pairs that sign image URLs; each that is here is accepted. At most 4.</summary>
    public IReadOnlyList<UrlSigningPair> SigningPairs { get; init; } = [];

    /// <summary>Where the tenant's images may be fetched from. At most 100.</summary>
    public IReadOnlyList<AllowedSource> Sources { get; init; } = [];

    /// <summary>Transforms by name, in canonical text. At most 100.</summary>
    public IReadOnlyDictionary<string, string> Presets { get; init; } = new Dictionary<string, string>();

    /// <summary>Names under which the tenant's images are asked for. At most 20; each is one tenant's.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Where its jobs' ends are told. At most 20.</summary>
    public IReadOnlyList<TenantEndpoint> Endpoints { get; init; } = [];
}

/// <summary>Key and salt of signed URLs. Its text tells neither.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Key">Hexadecimal, 16 to 64 bytes.</param>
/// <param name="Salt">Hexadecimal, 16 to 64 bytes.</param>
public sealed record UrlSigningPair(string Id, string Key, string Salt)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>Sources that are allowed.</summary>
/// <param name="Scheme"><c>https</c> or <c>http</c>.</param>
/// <param name="HostSuffix">A host, or with a leading dot all hosts below it; lower case, in ASCII form.</param>
/// <param name="Port">1 to 65535; null: the scheme's.</param>
public sealed record AllowedSource(string Scheme, string HostSuffix, int? Port)
{
    /// <summary>Whether a URL is one of these sources.</summary>
    /// <param name="url">Absolute, as <see cref="Outbound.OutboundUrl"/> lets it pass.</param>
    public bool Covers(Uri url)
    {
        if (url.Scheme != Scheme || url.Port != (Port ?? (Scheme == Uri.UriSchemeHttps ? 443 : 80))) return false;
        var host = url.IdnHost;
        return HostSuffix.StartsWith('.')
            ? host.Length > HostSuffix.Length && host.EndsWith(HostSuffix, StringComparison.Ordinal)
            : host == HostSuffix;
    }
}

/// <summary>A tenant's webhook endpoint. Its text does not tell the secrets.</summary>
/// <param name="Name">1 to 64 of <c>a-z 0-9 -</c>.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Types">What it is told, for example <c>job.failed</c>; empty: all.</param>
/// <param name="Secrets"><c>whsec_</c>…, one or two; empty for whoever does not sign (edges).</param>
public sealed record TenantEndpoint(
    string Name, string Url, IReadOnlyList<string> Types, IReadOnlyList<string> Secrets)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
