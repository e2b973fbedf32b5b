using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Edge.Problems;
using Millrace.Edge.Serving;
using Millrace.Identity.Following;

namespace Millrace.Edge.Health;

/// <summary>Answers whether this process lives and whether it should get traffic.</summary>
internal sealed class HealthEndpoints(
    ConversionProgress progress, Trial trial, Draining draining, IEnumerable<NeededPart> parts,
    IOptions<HealthOptions> options, KnownTenants? known = null)
{
    /// <summary>200 as long as the process answers at all: what fails this should be restarted.</summary>
    public static Task LiveAsync(HttpContext context) => WriteOkAsync(context);

    /// <summary>
    /// 200 while callers are known, what this edge needs is there, and conversions work; otherwise 503 with the reason:
    /// what fails this should get no traffic.
    /// </summary>
    public async Task ReadyAsync(HttpContext context)
    {
        var problem = await FindProblemAsync(context.RequestAborted);
        await (problem is null ? WriteOkAsync(context) : ProblemWriter.WriteAsync(context, problem));
    }

    private async Task<Problem?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (draining.Begun) return Draining.Refusal;
        // Without keys there is nobody to be known.
        if (known?.Freshness < IdentityFreshness.Late) return Problem.Of(ProblemKinds.IdentityUnavailable);
        if (parts.Select(part => part.Unready()).FirstOrDefault(reason => reason is not null) is { } missing)
            return Problem.Of(ProblemKinds.PartNotReady, missing);
        var stalled = progress.Stalled();
        if (stalled > options.Value.StallTimeout)
        {
            return Problem.Of(ProblemKinds.NotProgressing, $"No conversion has ended for {stalled.TotalSeconds:0} s.");
        }
        if (progress.SucceededWithin(Trial.Lifetime)) return null;
        var failure = await trial.RunAsync(cancellationToken);
        return failure is null ? null : Problem.Of(ProblemKinds.TrialFailed, failure);
    }

    private static Task WriteOkAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync("ok\n", context.RequestAborted);
    }
}
