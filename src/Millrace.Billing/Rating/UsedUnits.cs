using Millrace.Core.Plans;
using Millrace.Core.Usage;

namespace Millrace.Billing.Rating;

/// <summary>What was used in a stretch, in the units of prices.</summary>
internal sealed record UsedUnits
{
    private readonly long[] _units = new long[Enum.GetValues<UsageUnit>().Length];

    /// <summary>Nothing.</summary>
    public static UsedUnits None { get; } = new();

    /// <summary>Answers, also those that cost nothing.</summary>
    public long Answers { get; private init; }

    /// <summary>How many of a unit.</summary>
    public long Of(UsageUnit unit) => _units[(int)unit];

    /// <summary>The same with a class's use added.</summary>
    /// <param name="class">Which.</param>
    /// <param name="answers">All answers.</param>
    /// <param name="results">Results that count for money.</param>
    /// <param name="pixels">Of the sources of those.</param>
    /// <param name="bytesIn">Of the sources of those.</param>
    /// <param name="bytesOut">Of those results.</param>
    public UsedUnits With(UsageClass @class, long answers, long results, long pixels, long bytesIn, long bytesOut)
    {
        var more = new UsedUnits { Answers = Answers + answers };
        _units.CopyTo(more._units, 0);
        more._units[(int)UnitOf(@class)] += results;
        more._units[(int)UsageUnit.Pixels] += pixels;
        more._units[(int)UsageUnit.BytesIn] += bytesIn;
        more._units[(int)UsageUnit.BytesOut] += bytesOut;
        return more;
    }

    /// <summary>Both together.</summary>
    public UsedUnits With(UsedUnits other)
    {
        var more = new UsedUnits { Answers = Answers + other.Answers };
        for (var i = 0; i < _units.Length; i++) more._units[i] = _units[i] + other._units[i];
        return more;
    }

    private static UsageUnit UnitOf(UsageClass @class) => @class switch
    {
        UsageClass.Avif => UsageUnit.AvifResults,
        UsageClass.Animation => UsageUnit.AnimationResults,
        _ => UsageUnit.StandardResults,
    };
}
