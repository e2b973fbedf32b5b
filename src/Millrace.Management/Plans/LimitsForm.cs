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
        var problem = LaneNames.Read("limits.lanes", Lanes, out var lanes);
        limits = new TenantLimits
        {
            RequestsPerSecond = RequestsPerSecond,
            Burst = Burst,
            InFlight = InFlight,
            JobsOpen = JobsOpen,
            BytesMax = BytesMax,
            PixelsMax = PixelsMax,
            Lanes = lanes,
            Retention = Seconds.ToTime(RetentionSeconds),
        };
        return problem ?? Seconds.Check("limits.retentionSeconds", RetentionSeconds);
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
    public IReadOnlyList<string>? Lanes { get; init; }

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
        Lanes = overrides.Lanes is null ? null : [.. overrides.Lanes.Select(lane => lane.Name())],
        RetentionSeconds = (long?)overrides.Retention?.TotalSeconds,
    };

    /// <summary>The exceptions, or the time that is none; the other ranges are the plans' own to check.</summary>
    public Problem? Read(out LimitOverrides overrides)
    {
        var problem = LaneNames.Read("overrides.lanes", Lanes ?? [], out var lanes);
        overrides = new LimitOverrides
        {
            RequestsPerSecond = RequestsPerSecond,
            Burst = Burst,
            InFlight = InFlight,
            JobsOpen = JobsOpen,
            BytesMax = BytesMax,
            PixelsMax = PixelsMax,
            Lanes = Lanes is null ? null : lanes,
            Retention = RetentionSeconds is { } seconds ? Seconds.ToTime(seconds) : null,
        };
        return problem
            ?? (RetentionSeconds is { } kept ? Seconds.Check("overrides.retentionSeconds", kept) : null);
    }
}

/// <summary>Lanes as texts.</summary>
internal static class LaneNames
{
    public static Problem? Read(string field, IReadOnlyList<string> names, out IReadOnlyList<Lane> lanes)
    {
        var found = names.Select(name => Core.Tickets.Lanes.Images.Where(lane => lane.Name() == name)).ToList();
        lanes = [.. found.SelectMany(lane => lane)];
        return lanes.Count == names.Count
            ? null
            : Problem.Field(field, "one of them is none", "some of interactive, heavy and bulk");
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
