using System.ComponentModel;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Management.Answers;

namespace Millrace.Management.Plans;

/// <summary><see cref="TenantLimits"/> as operators write and read them.</summary>
internal sealed record LimitsForm
{
    [Description("Requests a second, over time. Above 0.")]
    public required double RequestsPerSecond { get; init; }

    [Description("Requests that may come at once after quiet. At least 1.")]
    public required int Burst { get; init; }

    [Description("Conversions under way at once, the lanes interactive and heavy each. At least 1.")]
    public required int InFlight { get; init; }

    [Description("Durable jobs accepted and not ended yet. At least 1.")]
    public required int JobsOpen { get; init; }

    [Description("Bytes of one image. At least 1.")]
    public required long BytesMax { get; init; }

    [Description("Pixels of one image, all frames together. At least 1.")]
    public required long PixelsMax { get; init; }

    [Description("Some of interactive, heavy and bulk.")]
    public required IReadOnlyList<string> Lanes { get; init; }

    [Description("Seconds for which sources and results of durable jobs are kept. At least 1.")]
    public required long RetentionSeconds { get; init; }

    public static LimitsForm Of(TenantLimits limits) => new()
    {
        RequestsPerSecond = limits.RequestsPerSecond,
        Burst = limits.Burst,
        InFlight = limits.InFlight,
        JobsOpen = limits.JobsOpen,
        BytesMax = limits.BytesMax,
        PixelsMax = limits.PixelsMax,
        Lanes = [.. limits.Lanes.Select(lane => lane.Name())],
        RetentionSeconds = (long)limits.Retention.TotalSeconds,
    };

    /// <summary>The limits, or the lane or time that is none; the other ranges are the plans' own to check.</summary>
    public Problem? Read(out TenantLimits limits)
    {
        var lanes = Lanes.Select(name => Core.Tickets.Lanes.Images.Where(lane => lane.Name() == name)).ToList();
        limits = new TenantLimits
        {
            RequestsPerSecond = RequestsPerSecond,
            Burst = Burst,
            InFlight = InFlight,
            JobsOpen = JobsOpen,
            BytesMax = BytesMax,
            PixelsMax = PixelsMax,
            Lanes = [.. lanes.SelectMany(lane => lane).Distinct()],
            Retention = Seconds.ToTime(RetentionSeconds),
        };
        if (lanes.Exists(lane => !lane.Any()))
            return Problem.Field("limits.lanes", "one of them is none", "some of interactive, heavy and bulk");
        return Seconds.Check("limits.retentionSeconds", RetentionSeconds);
    }
}

/// <summary><see cref="LimitOverrides"/> as operators write and read them.</summary>
internal sealed record OverridesForm
{
    [Description("Instead of the plan's; null: the plan's holds.")]
    public double? RequestsPerSecond { get; init; }

    [Description("Instead of the plan's; null: the plan's holds.")]
    public int? Burst { get; init; }

    [Description("Instead of the plan's; null: the plan's holds.")]
    public int? InFlight { get; init; }

    [Description("Instead of the plan's; null: the plan's holds.")]
    public int? JobsOpen { get; init; }

    [Description("Instead of the plan's; null: the plan's holds.")]
    public long? BytesMax { get; init; }

    [Description("Instead of the plan's; null: the plan's holds.")]
    public long? PixelsMax { get; init; }

    [Description("Instead of the plan's; null: the plan's holds.")]
    public long? RetentionSeconds { get; init; }

    public static OverridesForm? Of(LimitOverrides? overrides) => overrides is null ? null : new()
    {
        RequestsPerSecond = overrides.RequestsPerSecond,
        Burst = overrides.Burst,
        InFlight = overrides.InFlight,
        JobsOpen = overrides.JobsOpen,
        BytesMax = overrides.BytesMax,
        PixelsMax = overrides.PixelsMax,
        RetentionSeconds = (long?)overrides.Retention?.TotalSeconds,
    };

    /// <summary>The exceptions, or the time that is none; the other ranges are the plans' own to check.</summary>
    public Problem? Read(out LimitOverrides overrides)
    {
        overrides = new LimitOverrides
        {
            RequestsPerSecond = RequestsPerSecond,
            Burst = Burst,
            InFlight = InFlight,
            JobsOpen = JobsOpen,
            BytesMax = BytesMax,
            PixelsMax = PixelsMax,
            Retention = RetentionSeconds is { } seconds ? Seconds.ToTime(seconds) : null,
        };
        return RetentionSeconds is { } kept ? Seconds.Check("retentionSeconds", kept) : null;
    }
}

/// <summary>Times as whole seconds.</summary>
internal static class Seconds
{
    private const long Max = 10L * 365 * 24 * 60 * 60;

    public static Problem? Check(string field, long seconds) => seconds is >= 1 and <= Max
        ? null
        : Problem.Field(field, "it is out of range", $"1 to {Max}");

    public static TimeSpan ToTime(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Max));
}
