using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Edge.Identity;

/// <summary>Serves everybody: the tenant is whom the caller names. For loopback alone.</summary>
internal sealed class OpenCallers(IOptions<OpenOptions> options) : ICallerSource
{
    /// <inheritdoc/>
    public ValueTask<CallerReading> ReadAsync(HttpContext context)
    {
        var tenant = TenantHeader.Default;
        var problem = options.Value.HonoursTenantHeader ? TenantHeader.Read(context.Request, out tenant) : null;
        return new(new CallerReading(new Caller(tenant, null, KeyScopes.All, null, null), problem));
    }
}

/// <summary>How everybody is served. Configuration section <c>Edge:Open</c>.</summary>
public sealed record OpenOptions
{
    /// <summary>
    /// Whether the header <c>Millrace-Tenant</c> says whose request it is; otherwise all are one tenant's,
    /// <c>open</c>. Default true.
    /// </summary>
    public bool HonoursTenantHeader { get; init; } = true;
}
