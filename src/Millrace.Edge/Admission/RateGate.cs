using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Millrace.Core.Admission;
using Millrace.Core.Plans;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>
/// Stands behind the gate of callers: every request of a tenant with limits counts against its rate, before anything
/// of it is read, and every answer to one tells what is left (draft-ietf-httpapi-ratelimit-headers).
/// </summary>
internal sealed class RateGate(AdmissionGate gate, AdmissionMetrics metrics)
{
    /// <summary>The header that tells the limit.</summary>
    public const string PolicyHeader = "RateLimit-Policy";

    /// <summary>The header that tells what is left of it.</summary>
    public const string Header = "RateLimit";

    private const string Name = "tenant";

    // Limits are one object for all tenants of a plan: their text is made once.
    private readonly ConditionalWeakTable<TenantLimits, string> _policies = [];

    /// <summary>Goes on with a request, or refuses it.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<KnownCaller>()?.Caller is not { Limits: { } limits } caller) return next(context);
        var step = gate.Ask(caller);
        Tell(context.Response.Headers, limits, step);
        if (step.IsTaken) return next(context);
        var problem = PlanRefusal.OfRate(limits, step.RetryAfter) with { Closes = HasBody(context) };
        metrics.Refused(problem);
        return ProblemWriter.WriteAsync(context, problem);
    }

    // The policy is the tenant's, of the whole region; what is left is this edge's share of it.
    private void Tell(IHeaderDictionary headers, TenantLimits limits, RateStep step)
    {
        headers[PolicyHeader] = _policies.GetValue(limits, static known => Policy(known.RequestsPerSecond));
        headers[Header] = string.Create(
            CultureInfo.InvariantCulture, $"\"{Name}\";r={step.Left};t={Seconds(step.FullIn)}");
    }

    // Whole requests in whole seconds: of half a request a second, one in two.
    private static string Policy(double perSecond)
    {
        var quota = Math.Max(1, Math.Min(Math.Floor(perSecond), long.MaxValue / 2));
        var window = perSecond >= 1 ? 1 : Math.Ceiling(Math.Min(1 / perSecond, int.MaxValue));
        return string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={(long)quota};w={(long)window}");
    }

    private static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);

    private static bool HasBody(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;
}
