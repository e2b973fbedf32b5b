using Microsoft.Extensions.Options;
using Millrace.Core.Webhooks;
using Millrace.Outbound;

namespace Millrace.Webhooks.Endpoints;

/// <summary>The endpoints of the settings with their secrets, read once.</summary>
public sealed class EndpointBook
{
    private const int SecretFileBytesMax = 1024;
    private readonly Dictionary<(string, string), IReadOnlyList<WebhookSecret>> _secrets = [];
    private readonly WebhookDestinations _destinations;

    /// <summary>Reads the secrets' files.</summary>
    /// <exception cref="InvalidDataException">
    /// One is missing or holds no secret; the message names the file.
    /// </exception>
    public EndpointBook(IOptions<WebhookSettings> settings, WebhookDestinations destinations)
    {
        _destinations = destinations;
        foreach (var each in settings.Value.Endpoints)
        {
            _secrets[(each.Tenant, each.Name)] =
                [.. each.Secrets.Select(text => WebhookSecret.Read(text)!), .. each.SecretFiles.Select(ReadFile)];
        }
    }

    /// <summary>What a job's webhook stands for; see <see cref="WebhookDirectory.Find"/>.</summary>
    public WebhookChoice Find(string tenant, string webhook) => _destinations.Find(tenant, webhook);

    internal IReadOnlyList<WebhookSecret> SecretsOf(WebhookEndpoint endpoint) =>
        _secrets[(endpoint.Tenant, endpoint.Name)];

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
