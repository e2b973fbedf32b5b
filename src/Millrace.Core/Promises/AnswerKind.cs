namespace Millrace.Core.Promises;

/// <summary>How one answer counts towards a service's availability.</summary>
public enum AnswerKind
{
    /// <summary>It did what it promises; a refusal for a reason of the caller's is one of these.</summary>
    Good,

    /// <summary>It failed, by a fault of the service's or of what the service stands on.</summary>
    Bad,

    /// <summary>
    /// More was asked for than there is room for. Its promise is about throughput, so it counts apart, and is told.
    /// </summary>
    Shed,

    /// <summary>Whoever asked had gone before the answer: nobody knows how it would have ended.</summary>
    Unheard,
}

/// <summary>How many answers there were of each kind.</summary>
/// <param name="Good">See <see cref="AnswerKind.Good"/>.</param>
/// <param name="Bad">See <see cref="AnswerKind.Bad"/>.</param>
/// <param name="Shed">See <see cref="AnswerKind.Shed"/>.</param>
/// <param name="Unheard">See <see cref="AnswerKind.Unheard"/>.</param>
public readonly record struct AnswerCounts(long Good, long Bad, long Shed, long Unheard)
{
    /// <summary>Those that availability is reckoned from.</summary>
    public long Judged => Good + Bad;

    /// <summary>The share of good answers, 0 to 1; null when there were none to judge.</summary>
    public double? Availability => Judged == 0 ? null : (double)Good / Judged;

    /// <summary>
    /// The share of the error budget that is left: 1 when nothing failed, 0 when as much failed as may, less when more
    /// did; null when there were no answers to judge.
    /// </summary>
    /// <param name="objective">Share of answers that must be good; above 0, below 1.</param>
    public double? BudgetLeft(double objective) => Judged == 0 ? null : 1 - (Bad / ((1 - objective) * Judged));

    /// <summary>With one answer more.</summary>
    public AnswerCounts With(AnswerKind kind) => kind switch
    {
        AnswerKind.Good => this with { Good = Good + 1 },
        AnswerKind.Bad => this with { Bad = Bad + 1 },
        AnswerKind.Shed => this with { Shed = Shed + 1 },
        AnswerKind.Unheard => this with { Unheard = Unheard + 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no kind of answer"),
    };

    /// <summary>With all of another count.</summary>
    public AnswerCounts Plus(AnswerCounts other) =>
        new(Good + other.Good, Bad + other.Bad, Shed + other.Shed, Unheard + other.Unheard);
}
