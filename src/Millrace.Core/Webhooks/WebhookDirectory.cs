using Millrace.Core.Identity;
using Millrace.Core.Outbound;

namespace Millrace.Core.Webhooks;

/// <summary>
/// The endpoints of all tenants. Both who accepts a job's webhook and who sends it look here, so that nothing is
/// accepted that cannot be sent. Pure; unchanging.
/// </summary>
public sealed class WebhookDirectory
{
    private const int NameLengthMax = 64;

    private readonly Dictionary<(string Tenant, string Name), WebhookEndpoint> _byName = [];
    private readonly Dictionary<string, List<WebhookEndpoint>> _byTenant = [];
    private readonly Dictionary<(string Tenant, string Name), string> _refused = [];

    private WebhookDirectory(IEnumerable<WebhookEndpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            _byName[(endpoint.Tenant, endpoint.Name)] = endpoint;
            if (!_byTenant.TryGetValue(endpoint.Tenant, out var own)) _byTenant[endpoint.Tenant] = own = [];
            own.Add(endpoint);
        }
    }

    /// <summary>Without any endpoint.</summary>
    public static WebhookDirectory Empty { get; } = new([]);

    /// <summary>
    /// All that is wrong with the settings, a sentence each, without secrets; empty when all is well.
    /// </summary>
    public static IReadOnlyList<string> Failures(WebhookSettings settings, OutboundRules rules)
    {
        if (settings.Endpoints.Count > WebhookSettings.EndpointsMax)
            return [$"Webhooks:Endpoints has more than {WebhookSettings.EndpointsMax} entries."];
        var names = new HashSet<(string, string)>();
        var failures = new List<string>();
        foreach (var (index, endpoint) in settings.Endpoints.Index())
        {
            var place = FormattableString.Invariant($"Webhooks:Endpoints:{index}");
            failures.AddRange(Failures(endpoint, rules).Select(failure => $"{place}: {failure}"));
            if (!names.Add((endpoint.Tenant, endpoint.Name)))
                failures.Add($"{place}: '{endpoint}' is there twice.");
        }
        return failures;
    }

    /// <summary>A directory of settings in which nothing is wrong.</summary>
    /// <exception cref="ArgumentException">Something is.</exception>
    public static WebhookDirectory Of(WebhookSettings settings, OutboundRules rules)
    {
        if (Failures(settings, rules) is [var first, ..]) throw new ArgumentException(first, nameof(settings));
        return new(settings.Endpoints.Select(each => new WebhookEndpoint(
            each.Tenant, each.Name, OutboundUrl.Check(each.Url, rules).Url!, EventsOf(each.Types))));
    }

    /// <summary>
    /// A directory of one tenant's endpoints, as management tells of them. Of one that may not be dialled by these
    /// rules its name is known, and why.
    /// </summary>
    public static WebhookDirectory Of(string tenant, IReadOnlyList<TenantEndpoint> endpoints, OutboundRules rules)
    {
        var verdicts = endpoints.Select(each => (each, Verdict: OutboundUrl.Check(each.Url, rules))).ToList();
        var directory = new WebhookDirectory(verdicts.Where(pair => pair.Verdict.Url is not null).Select(
            pair => new WebhookEndpoint(tenant, pair.each.Name, pair.Verdict.Url!, EventsOf(pair.each.Types))));
        foreach (var (each, verdict) in verdicts)
        {
            if (verdict.Refusal is { } refusal) directory._refused[(tenant, each.Name)] = refusal.Told();
        }
        return directory;
    }

    /// <summary>
    /// What a job's webhook stands for: the name of one of the tenant's endpoints, or a URL that is one of them or lies
    /// below it.
    /// </summary>
    /// <param name="tenant">Whose job.</param>
    /// <param name="webhook">As the job names it.</param>
    /// <param name="rules">What may be dialled.</param>
    public WebhookChoice Find(string tenant, string webhook, OutboundRules rules)
    {
        if (_byName.TryGetValue((tenant, webhook), out var named)) return new(named, named.Url, "");
        if (_refused.TryGetValue((tenant, webhook), out var why))
            return new(null, null, $"The URL of the webhook endpoint '{webhook}' is refused. {why}");
        if (IsName(webhook)) return new(null, null, $"There is no webhook endpoint named '{webhook}'.");
        var verdict = OutboundUrl.Check(webhook, rules);
        if (verdict.Url is not { } url)
            return new(null, null, "The webhook's URL is refused. " + verdict.Refusal!.Value.Told());
        var above = _byTenant.GetValueOrDefault(tenant)?.Where(each => each.Covers(url))
            .MaxBy(each => each.Url.AbsolutePath.Length);
        return above is not null
            ? new(above, url, "")
            : new(null, null, "The webhook's URL is none of this tenant's endpoints, and lies below none.");
    }

    private static IEnumerable<string> Failures(WebhookEndpointSettings endpoint, OutboundRules rules)
    {
        if (endpoint.Tenant.Length == 0) yield return "Tenant is missing.";
        if (!IsName(endpoint.Name)) yield return $"Name must be 1 to {NameLengthMax} of a-z, 0-9 and '-'.";
        var verdict = OutboundUrl.Check(endpoint.Url, rules);
        if (verdict.Refusal is { } refusal) yield return "Url is refused. " + refusal.Told();
        else if (verdict.Url!.Fragment.Length > 0) yield return "Url must have no fragment.";
        foreach (var type in endpoint.Types.Where(type => WebhookEvents.OfType(type) is null))
        {
            var known = string.Join(", ", WebhookEvents.All.Select(each => each.Type()));
            yield return $"Types: '{type}' is none of {known}.";
        }
        var secrets = endpoint.Secrets.Count + endpoint.SecretFiles.Count;
        if (secrets is 0 or > WebhookSignature.SecretsMax)
            yield return $"Secrets and SecretFiles must be 1 to {WebhookSignature.SecretsMax} together.";
        if (endpoint.Secrets.Any(secret => WebhookSecret.Read(secret) is null))
            yield return $"Secrets: each must be {WebhookSecret.Allowed}.";
    }

    private static IReadOnlyList<WebhookEvent> EventsOf(IReadOnlyList<string> types) =>
        types.Count == 0
            ? WebhookEvents.All
            : [.. types.Select(type => WebhookEvents.OfType(type)).OfType<WebhookEvent>()];

    private static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}

/// <summary>An endpoint, without its secrets.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Events">What it is told.</param>
public sealed record WebhookEndpoint(string Tenant, string Name, Uri Url, IReadOnlyList<WebhookEvent> Events)
{
    /// <summary>
    /// Whether a URL is this one or lies below it: same scheme, host and port, and a path that begins with this one's
    /// whole segments.
    /// </summary>
    public bool Covers(Uri url)
    {
        if (url.Scheme != Url.Scheme || url.IdnHost != Url.IdnHost || url.Port != Url.Port) return false;
        if (url.PathAndQuery == Url.PathAndQuery) return true;
        if (Url.Query.Length > 0 || HidesDots(url)) return false;
        var folder = Url.AbsolutePath.TrimEnd('/');
        return url.AbsolutePath == Url.AbsolutePath
            || url.AbsolutePath.StartsWith(folder + "/", StringComparison.Ordinal);
    }

    // Some servers decode these before they take the path apart.
    private static bool HidesDots(Uri url) =>
        url.AbsolutePath.Contains("%2e", StringComparison.OrdinalIgnoreCase)
        || url.AbsolutePath.Contains("%2f", StringComparison.OrdinalIgnoreCase)
        || url.AbsolutePath.Contains("%5c", StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a job's webhook stands for.</summary>
/// <param name="Endpoint">Null when it is refused.</param>
/// <param name="Url">Where to send; null when it is refused.</param>
/// <param name="Refusal">One sentence for the caller; empty when it is not refused.</param>
public readonly record struct WebhookChoice(WebhookEndpoint? Endpoint, Uri? Url, string Refusal);
