using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Outbound;
using Millrace.Core.Webhooks;

namespace Millrace.Outbound;

/// <summary>
/// Where tenants' webhooks may go, the same for the edge that accepts one and the sender that sends: as management
/// tells, or by the settings where everybody is served without keys. Safe for any number of threads.
/// </summary>
/// <param name="settings">The endpoints where there is no management.</param>
/// <param name="outbound">What may be dialled.</param>
/// <param name="tenants">What management tells; null without it.</param>
public sealed class WebhookDestinations(
    IOptions<WebhookSettings> settings, IOptions<OutboundOptions> outbound, ITenantDirectory? tenants = null)
{
    private readonly OutboundRules _rules = outbound.Value.Rules();
    private readonly WebhookDirectory _settled = WebhookDirectory.Of(settings.Value, outbound.Value.Rules());

    // Of each tenant's own, read once for as long as they are what management tells.
    private readonly ConditionalWeakTable<TenantExtras, WebhookDirectory> _told = [];

    /// <summary>What a job's webhook stands for; see <see cref="WebhookDirectory.Find"/>.</summary>
    public WebhookChoice Find(string tenant, string webhook) =>
        DirectoryOf(tenant).Find(tenant, webhook, _rules);

    private WebhookDirectory DirectoryOf(string tenant)
    {
        if (tenants is null) return _settled;
        return tenants.ExtrasOf(tenant) is { } extras
            ? _told.GetValue(extras, each => WebhookDirectory.Of(tenant, each.Endpoints, _rules))
            : WebhookDirectory.Empty;
    }
}

/// <summary>Checks <see cref="WebhookSettings"/> before the host serves.</summary>
/// <param name="outbound">What may be dialled.</param>
/// <param name="tenants">What management tells; null without it.</param>
internal sealed class WebhookSettingsValidator(IOptions<OutboundOptions> outbound, ITenantDirectory? tenants = null)
    : IValidateOptions<WebhookSettings>
{
    private const string Twice = "Webhooks:Endpoints is read with --open only. With keys a tenant's endpoints stand in "
        + "management: PUT /v1/account/endpoints/NAME, or /admin/v1/tenants/TENANT/endpoints/NAME.";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WebhookSettings options)
    {
        if (tenants is not null && options.Endpoints.Count > 0) return ValidateOptionsResult.Fail(Twice);
        var failures = WebhookDirectory.Failures(options, outbound.Value.Rules());
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
