using System.Globalization;
using System.Text.Json.Serialization;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Running;

/// <summary>What a drill came to.</summary>
/// <param name="Name">Of the drill.</param>
/// <param name="Promise">That it is about.</param>
/// <param name="Seed">That it ran with.</param>
/// <param name="EndedAt">By the wall clock.</param>
/// <param name="State">Whether the promise was kept.</param>
/// <param name="Rulings">Of every judge.</param>
/// <param name="Phases">Conversions before, during and after the faults.</param>
internal sealed record DrillVerdict(
    string Name, string Promise, int Seed, DateTimeOffset EndedAt, RulingState State,
    IReadOnlyList<Ruling> Rulings, IReadOnlyList<Phase> Phases)
{
    /// <summary>Faults that were made and left a trace.</summary>
    public int FaultEvents { get; init; }

    /// <summary>How long it was told to last; 0: it lasts as long as its faults.</summary>
    public double Minutes { get; init; }

    /// <summary>What repeats it on the command line.</summary>
    [JsonIgnore]
    public string Again => AgainOf(Name, Seed, Minutes);

    /// <summary>The longest time without a conversion that ended well; null when none did.</summary>
    public double? LongestGapSeconds { get; init; }

    /// <summary>The history that it was judged by.</summary>
    [JsonIgnore]
    public Facts? Facts { get; init; }

    [JsonIgnore]
    public bool Passed => State is RulingState.Holds;

    /// <summary>What repeats a drill on the command line.</summary>
    public static string AgainOf(string name, int seed, double minutes) => string.Create(
        CultureInfo.InvariantCulture,
        $"./dev drill {name} --seed {seed}{(minutes > 0 ? $" --minutes {minutes:0.#}" : "")}");

    /// <summary>passed, failed or unknown.</summary>
    [JsonIgnore]
    public string Word => State switch
    {
        RulingState.Holds => "passed",
        RulingState.Broken => "failed",
        _ => "unknown",
    };
}
