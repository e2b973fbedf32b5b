using Millrace.Core.Tickets;

namespace Millrace.Core.Plans;

/// <summary>Where one tenant's limits differ from its plan's; what is null is the plan's.</summary>
public sealed record LimitOverrides
{
    /// <summary>As <see cref="TenantLimits.RequestsPerSecond"/>.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>As <see cref="TenantLimits.Burst"/>.</summary>
    public int? Burst { get; init; }

    /// <summary>As <see cref="TenantLimits.InFlight"/>.</summary>
    public int? InFlight { get; init; }

    /// <summary>As <see cref="TenantLimits.JobsOpen"/>.</summary>
    public int? JobsOpen { get; init; }

    /// <summary>As <see cref="TenantLimits.BytesMax"/>.</summary>
    public long? BytesMax { get; init; }

    /// <summary>As <see cref="TenantLimits.PixelsMax"/>.</summary>
    public long? PixelsMax { get; init; }

    /// <summary>As <see cref="TenantLimits.Lanes"/>.</summary>
    public IReadOnlyList<Lane>? Lanes { get; init; }

    /// <summary>As <see cref="TenantLimits.Retention"/>.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Without any difference.</summary>
    public static LimitOverrides None { get; } = new();

    /// <summary>The limits of a plan with these differences.</summary>
    public TenantLimits Over(TenantLimits plan) => new()
    {
        RequestsPerSecond = RequestsPerSecond ?? plan.RequestsPerSecond,
        Burst = Burst ?? plan.Burst,
        InFlight = InFlight ?? plan.InFlight,
        JobsOpen = JobsOpen ?? plan.JobsOpen,
        BytesMax = BytesMax ?? plan.BytesMax,
        PixelsMax = PixelsMax ?? plan.PixelsMax,
        Lanes = Lanes ?? plan.Lanes,
        Retention = Retention ?? plan.Retention,
    };
}
