using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Edge.Admission;
using Millrace.Edge.Identity;

namespace Millrace.Edge.Tests.Admission;

/// <summary>
/// Callers whose tenant is the header <c>Millrace-Tenant</c>, with the limits that a test gives them.
/// </summary>
internal sealed class PlannedCallers(Func<string, TenantLimits?> limitsOf, int liveEdges = 1) : ICallerSource
{
    /// <summary>Enough of everything, so that a test narrows what it is about.</summary>
    public static TenantLimits Ample { get; } = new()
    {
        RequestsPerSecond = 1_000,
        Burst = 1_000,
        InFlight = 100,
        JobsOpen = 100,
        BytesMax = 1L << 30,
        PixelsMax = 1_000_000_000,
        Lanes = Lanes.Images,
        Retention = TimeSpan.FromDays(30),
    };

    public ValueTask<CallerReading> ReadAsync(HttpContext context)
    {
        TenantHeader.Read(context.Request, out var tenant);
        return new(new CallerReading(new Caller(tenant, "key_1", KeyScopes.All, limitsOf(tenant), null), null));
    }

    /// <summary>Puts them in place of the edge's own.</summary>
    public void AddTo(IServiceCollection services) =>
        services.AddSingleton<ICallerSource>(this).AddSingleton<LiveEdges>(() => liveEdges);

    /// <summary>An edge all of whose callers have these limits.</summary>
    public static Task<EdgeServer> ServeAsync(
        TenantLimits limits, Core.Conversions.ConvertImage? convert = null, TimeProvider? time = null,
        int liveEdges = 1, params (string Key, string Value)[] settings) =>
        EdgeServer.StartAsync(new PlannedCallers(_ => limits, liveEdges).AddTo, convert, time, null, settings);
}
