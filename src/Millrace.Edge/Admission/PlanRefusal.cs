using Millrace.Core.Admission;
using Millrace.Core.Images;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Admission;

/// <summary>The answers to what a tenant's own limits refuse; each names what is allowed.</summary>
internal static class PlanRefusal
{
    /// <summary>Too many requests a second.</summary>
    public static Problem OfRate(TenantLimits limits, TimeSpan retryAfter) => Problem.Of(ProblemKinds.RateLimited) with
    {
        Allowed = Text($"{limits.RequestsPerSecond:0.###} requests a second, {limits.Burst} at once after quiet"),
        RetryAfter = WholeSeconds(retryAfter),
    };

    /// <summary>Too many conversions at once.</summary>
    public static Problem OfInFlight(TenantLimits limits, Lane lane, TimeSpan retryAfter) =>
        Problem.Of(ProblemKinds.InFlightLimited) with
        {
            Allowed = Text($"{limits.InFlight} conversions at once in the lane {lane.Name()}"),
            RetryAfter = retryAfter,
            Closes = true,
        };

    /// <summary>Too many jobs that have not ended.</summary>
    public static Problem OfJobsOpen(TenantLimits limits) => Problem.Of(ProblemKinds.JobsOpenLimited) with
    {
        Allowed = Text($"{limits.JobsOpen} jobs that have not ended"),
        RetryAfter = OpenJobTable.LookInterval,
        Closes = true,
    };

    /// <summary>
    /// Whether work may take this lane; the answer when not. Before the image is known, what seems quick goes on where
    /// only slow work is allowed.
    /// </summary>
    public static Problem? OfLane(TenantLimits limits, Lane lane, bool isKnown)
    {
        if (limits.Lanes.Contains(lane)) return null;
        if (!isKnown && lane == Lane.Interactive && limits.Lanes.Contains(Lane.Heavy)) return null;
        var lanes = limits.Lanes.Count == 0 ? "no lane" : string.Join(", ", limits.Lanes.Select(one => one.Name()));
        return Problem.Of(ProblemKinds.LaneNotAllowed, $"This work takes the lane {lane.Name()}.") with
        {
            Allowed = lanes,
            Closes = true,
        };
    }

    /// <summary>What an image of a tenant may cost.</summary>
    /// <param name="service">What the service allows.</param>
    /// <param name="plan">What the tenant's plan allows; null: all that.</param>
    public static ImageLimits Smaller(ImageLimits service, TenantLimits? plan)
    {
        if (plan is null) return service;
        var pixelsMax = Math.Max(service.PixelsMax, service.PixelsAllFramesMax);
        if (plan.BytesMax >= service.BytesMax && plan.PixelsMax >= pixelsMax) return service;
        return service with
        {
            BytesMax = Math.Min(plan.BytesMax, service.BytesMax),
            PixelsMax = Math.Min(plan.PixelsMax, service.PixelsMax),
            PixelsAllFramesMax = Math.Min(plan.PixelsMax, service.PixelsAllFramesMax),
        };
    }

    /// <summary>Says of a refused image that it was the plan that refused it, where it was.</summary>
    public static Problem Named(Problem problem, ImageLimits service, TenantLimits? plan)
    {
        if (plan is null) return problem;
        if (problem.Kind == ProblemKinds.TooManyBytes && plan.BytesMax < service.BytesMax)
            return problem with { Allowed = Text($"{plan.BytesMax} bytes an image, by the tenant's plan") };
        if (problem.Kind == ProblemKinds.TooManyPixels && plan.PixelsMax < service.PixelsAllFramesMax)
            return problem with { Allowed = Text($"{plan.PixelsMax} pixels an image, by the tenant's plan") };
        return problem;
    }

    private static TimeSpan WholeSeconds(TimeSpan wait) =>
        TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(wait.TotalSeconds)));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
