namespace Millrace.Core.Identity;

/// <summary><see cref="TenantExtras"/> as they travel.</summary>
internal sealed class ExtrasForm
{
    public List<PairForm?>? Pairs { get; set; }

    public List<SourceForm?>? Sources { get; set; }

    public Dictionary<string, string?>? Presets { get; set; }

    public List<string?>? Hosts { get; set; }

    public List<EndpointForm?>? Endpoints { get; set; }

    public static ExtrasForm Of(TenantExtras extras) => new()
    {
        Pairs = Some(extras.SigningPairs, pair => new PairForm { Id = pair.Id, Key = pair.Key, Salt = pair.Salt }),
        Sources = Some(extras.Sources, source => new SourceForm
        {
            Scheme = source.Scheme,
            Host = source.HostSuffix,
            Port = source.Port,
        }),
        Presets = extras.Presets.Count == 0
            ? null
            : extras.Presets.ToDictionary(preset => preset.Key, preset => (string?)preset.Value),
        Hosts = Some<string, string>(extras.Hosts, host => host),
        Endpoints = Some(extras.Endpoints, EndpointForm.Of),
    };

    /// <summary>Null when a part of it cannot be read.</summary>
    public TenantExtras? ToExtras()
    {
        var pairs = All(Pairs, form => form.ToPair());
        var sources = All(Sources, form => form.ToSource());
        var hosts = All<string, string>(Hosts, host => host.Length > 0 ? host : null);
        var endpoints = All(Endpoints, form => form.ToEndpoint());
        if (pairs is null || sources is null || hosts is null || endpoints is null) return null;
        var presets = new Dictionary<string, string>();
        foreach (var (name, transform) in Presets ?? [])
        {
            if (transform is null) return null;
            presets[name] = transform;
        }
        return new TenantExtras
        {
            SigningPairs = pairs,
            Sources = sources,
            Presets = presets,
            Hosts = hosts,
            Endpoints = endpoints,
        };
    }

    private static List<TForm?>? Some<T, TForm>(IReadOnlyList<T> things, Func<T, TForm> form)
        where TForm : class => things.Count == 0 ? null : [.. things.Select(form)];

    /// <summary>All of them read; null when one of them cannot be.</summary>
    internal static List<T>? All<TForm, T>(List<TForm?>? forms, Func<TForm, T?> read)
        where TForm : class
        where T : class
    {
        var things = new List<T>(forms?.Count ?? 0);
        foreach (var form in forms ?? [])
        {
            if (form is null || read(form) is not { } thing) return null;
            things.Add(thing);
        }
        return things;
    }
}

/// <summary>A <see cref="UrlSigningPair"/> as it travels.</summary>
internal sealed class PairForm
{
    public string? Id { get; set; }

    public string? Key { get; set; }

    public string? Salt { get; set; }

    public UrlSigningPair? ToPair() => Id is { Length: > 0 } && IsHexadecimal(Key) && IsHexadecimal(Salt)
        ? new UrlSigningPair(Id, Key!, Salt!)
        : null;

    private static bool IsHexadecimal(string? text) =>
        text is { Length: > 0 } && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);
}

/// <summary>An <see cref="AllowedSource"/> as it travels.</summary>
internal sealed class SourceForm
{
    public string? Scheme { get; set; }

    public string? Host { get; set; }

    public int? Port { get; set; }

    public AllowedSource? ToSource() => Scheme is "https" or "http" && Host is { Length: > 0 }
        && Port is null or (>= 1 and <= ushort.MaxValue)
            ? new AllowedSource(Scheme, Host, Port)
            : null;
}

/// <summary>A <see cref="TenantEndpoint"/> as it travels.</summary>
internal sealed class EndpointForm
{
    public string? Name { get; set; }

    public string? Url { get; set; }

    public List<string?>? Types { get; set; }

    public List<string?>? Secrets { get; set; }

    public static EndpointForm Of(TenantEndpoint endpoint) => new()
    {
        Name = endpoint.Name,
        Url = endpoint.Url,
        Types = [.. endpoint.Types],
        Secrets = [.. endpoint.Secrets],
    };

    public TenantEndpoint? ToEndpoint()
    {
        var types = ExtrasForm.All<string, string>(Types, type => type);
        var secrets = ExtrasForm.All<string, string>(Secrets, secret => secret);
        return types is not null && secrets is not null && IdentityNames.IsName(Name) && Url is { Length: > 0 }
            ? new TenantEndpoint(Name!, Url, types, secrets)
            : null;
    }
}
