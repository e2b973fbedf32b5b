using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Webhooks;
using Millrace.Outbound;

namespace Millrace.Webhooks.Endpoints;

/// <summary>
/// The endpoints with their secrets: as management tells, or by the settings where everybody is served without keys.
/// </summary>
public sealed class EndpointBook
{
    private const int SecretFileBytesMax = 1024;

    // By so much the clocks of an edge and a sender may differ.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(string, string), IReadOnlyList<WebhookSecret>> _secrets = [];
    private readonly WebhookDestinations _destinations;
    private readonly ITenantDirectory? _tenants;
    private readonly TimeProvider _time;

    /// <summary>Reads the secrets' files.</summary>
    /// <exception cref="InvalidDataException">
    /// One is missing or holds no secret; the message names the file.
    /// </exception>
    public EndpointBook(
        IOptions<WebhookSettings> settings, WebhookDestinations destinations, TimeProvider time,
        ITenantDirectory? tenants = null)
    {
        (_destinations, _time, _tenants) = (destinations, time, tenants);
        foreach (var each in settings.Value.Endpoints)
        {
            _secrets[(each.Tenant, each.Name)] =
                [.. each.Secrets.Select(text => WebhookSecret.Read(text)!), .. each.SecretFiles.Select(ReadFile)];
        }
    }

    /// <summary>What a job's webhook stands for, and what signs it.</summary>
    /// <param name="tenant">Whose job.</param>
    /// <param name="webhook">As the job names it.</param>
    /// <param name="acceptedAt">When an edge accepted it, and therefore knew it.</param>
    internal EndpointChoice Find(string tenant, string webhook, DateTimeOffset acceptedAt)
    {
        // Before the look: what comes in between is looked at by a later one.
        var isSettled = _tenants is null || _time.GetUtcNow() - _tenants.WholeAge > acceptedAt + ClockMargin;
        var choice = _destinations.Find(tenant, webhook);
        var secrets = choice.Endpoint is { } endpoint ? SecretsOf(endpoint) : [];
        return choice.Endpoint is null || secrets.Count > 0
            ? new(choice, secrets, isSettled)
            : new(new(null, null, "The webhook endpoint has no secret to sign with."), [], isSettled);
    }

    private IReadOnlyList<WebhookSecret> SecretsOf(WebhookEndpoint endpoint)
    {
        if (_tenants is null) return _secrets[(endpoint.Tenant, endpoint.Name)];
        var told = _tenants.ExtrasOf(endpoint.Tenant)?.Endpoints.FirstOrDefault(each => each.Name == endpoint.Name);
        return told is null ? [] : [.. told.Secrets.Select(WebhookSecret.Read).OfType<WebhookSecret>()];
    }

    private static WebhookSecret ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var text = file.Length <= SecretFileBytesMax ? File.ReadAllText(path).Trim() : "";
            return WebhookSecret.Read(text) ?? throw new InvalidDataException(
                $"Webhooks:Endpoints: '{path}' does not hold {WebhookSecret.Allowed}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            && exception is not InvalidDataException)
        {
            var reason = $"Webhooks:Endpoints: '{path}' cannot be read: {exception.Message}";
            throw new InvalidDataException(reason, exception);
        }
    }
}

/// <summary>What a job's webhook stands for, and what signs it.</summary>
/// <param name="Webhook">Where it goes, or why nowhere.</param>
/// <param name="Secrets">One or two; none when it goes nowhere.</param>
/// <param name="IsSettled">
/// Whether a refusal will hold: not while management may have told the edge of an endpoint, and this process not yet.
/// </param>
internal sealed record EndpointChoice(WebhookChoice Webhook, IReadOnlyList<WebhookSecret> Secrets, bool IsSettled);
