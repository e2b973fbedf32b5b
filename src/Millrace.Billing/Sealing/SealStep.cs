using Millrace.Billing.Raw;
using Millrace.Core.Usage;

namespace Millrace.Billing.Sealing;

/// <summary>Decides whether an hour can be sealed. Pure.</summary>
internal static class SealStep
{
    /// <summary>
    /// How long after its last word an epoch that has ended may still have had records: it died between two words.
    /// </summary>
    public static readonly TimeSpan Afterlife = TimeSpan.FromDays(1);

    /// <summary>Whether an epoch has a say in an hour.</summary>
    public static bool Matters(DateTimeOffset hour, EpochStanding epoch) =>
        epoch.BeganAt < hour.AddHours(1) && (!epoch.HasEnded || epoch.Reaches + Afterlife > hour);

    /// <summary>What keeps an hour from being sealed, by epoch; empty when nothing does.</summary>
    public static IReadOnlyList<Blocker> Blockers(DateTimeOffset hour, IEnumerable<EpochStanding> epochs) =>
    [
        .. epochs.Where(epoch => Matters(hour, epoch)).Select(epoch => Blocker(hour, epoch)).OfType<Blocker>()
            .OrderBy(blocker => blocker.Epoch),
    ];

    private static Blocker? Blocker(DateTimeOffset hour, EpochStanding epoch)
    {
        if (epoch.Raw is null && !epoch.IsGivenUp)
            return new(epoch.Id, BlockerKind.Unknown, "the ledger knows it, and the object store has no word of it");
        if (!epoch.HasEnded && epoch.Reaches < hour.AddHours(1))
        {
            return new(epoch.Id, BlockerKind.Behind, FormattableString.Invariant(
                $"it has delivered up to {epoch.Reaches.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}Z{LedgerAlone(epoch)}"));
        }
        return Gap(epoch);
    }

    // If its disk is lost, these at least are.
    private static string LedgerAlone(EpochStanding epoch)
    {
        var (delivered, told) = (epoch.Raw?.Delivered ?? 0, epoch.Ledger?.Delivered ?? 0);
        return told > delivered
            ? $"; the sequences {new SequenceRange(delivered + 1, told)} are in the ledger alone"
            : "";
    }

    private static Blocker? Gap(EpochStanding epoch)
    {
        var count = epoch.Counted + epoch.Lost;
        if (count == epoch.Delivered) return null;
        if (epoch.Missing is null or { Count: 0 })
        {
            // With more than was delivered, some segments are there twice: then only looking at them tells.
            return count > epoch.Delivered && epoch.Missing is not null
                ? null
                : new(epoch.Id, BlockerKind.Gap, FormattableString.Invariant(
                    $"{epoch.Counted} of {epoch.Delivered} records are there, {epoch.Lost} are declared lost"));
        }
        return new(epoch.Id, BlockerKind.Gap,
            $"the sequences {string.Join(", ", epoch.Missing.Take(RangesNamedMax))} are missing");
    }

    private const int RangesNamedMax = 20;
}

/// <summary>What is known of an epoch when an hour is to be sealed.</summary>
internal sealed record EpochStanding
{
    /// <summary>Which.</summary>
    public required EpochId Id { get; init; }

    /// <summary>Its word in the object store; null when there is none.</summary>
    public UsageEpoch? Raw { get; init; }

    /// <summary>Its word in the ledger; null when there is none, or no ledger.</summary>
    public UsageEpoch? Ledger { get; init; }

    /// <summary>Records of it that are sealed or stand in segments that are not, and that its word tells of.</summary>
    public long Counted { get; init; }

    /// <summary>Records that are declared lost.</summary>
    public long Lost { get; init; }

    /// <summary>Whether an operator has said that nothing more comes.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>Which sequences are missing; null when that was not looked at.</summary>
    public IReadOnlyList<SequenceRange>? Missing { get; init; }

    /// <summary>When it began, by either word.</summary>
    public DateTimeOffset BeganAt => (Raw ?? Ledger)!.BeganAt;

    /// <summary>Whether nothing more comes.</summary>
    public bool HasEnded => IsGivenUp || Raw is { HasEnded: true };

    /// <summary>How far it has delivered.</summary>
    public DateTimeOffset Reaches => (Raw ?? Ledger)!.Reaches;

    /// <summary>
    /// Sequence of the last record that must be there: of one that has ended also what only the ledger was told of.
    /// </summary>
    public long Delivered => Math.Max(Raw?.Delivered ?? 0, HasEnded ? Ledger?.Delivered ?? 0 : 0);
}

/// <summary>Why an hour is not sealed.</summary>
/// <param name="Epoch">Whose fault it is.</param>
/// <param name="Kind">What kind.</param>
/// <param name="Text">What is wrong, as part of a sentence.</param>
internal sealed record Blocker(EpochId Epoch, BlockerKind Kind, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Epoch.Recorder}, epoch {Epoch.Epoch}: {Text}";
}

/// <summary>Kinds of what keeps an hour open.</summary>
internal enum BlockerKind
{
    /// <summary>It has not delivered past the hour.</summary>
    Behind,

    /// <summary>Some of its sequences are missing.</summary>
    Gap,

    /// <summary>Nothing of it has come.</summary>
    Unknown,

    /// <summary>A segment cannot be used.</summary>
    Segment,
}
