using Microsoft.Extensions.Options;
using Millrace.Core.Outbound;
using Millrace.Core.Webhooks;

namespace Millrace.Outbound;

/// <summary>
/// Where tenants' webhooks may go, by the settings: the same for the edge that accepts one and the sender that sends.
/// </summary>
/// <param name="settings">The endpoints.</param>
/// <param name="outbound">What may be dialled.</param>
public sealed class WebhookDestinations(IOptions<WebhookSettings> settings, IOptions<OutboundOptions> outbound)
{
    private readonly OutboundRules _rules = outbound.Value.Rules();
    private readonly WebhookDirectory _directory = WebhookDirectory.Of(settings.Value, outbound.Value.Rules());

    /// <summary>What a job's webhook stands for; see <see cref="WebhookDirectory.Find"/>.</summary>
    public WebhookChoice Find(string tenant, string webhook) => _directory.Find(tenant, webhook, _rules);
}

/// <summary>Checks <see cref="WebhookSettings"/> before the host serves.</summary>
/// <param name="outbound">What may be dialled.</param>
internal sealed class WebhookSettingsValidator(IOptions<OutboundOptions> outbound) : IValidateOptions<WebhookSettings>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WebhookSettings options)
    {
        var failures = WebhookDirectory.Failures(options, outbound.Value.Rules());
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
