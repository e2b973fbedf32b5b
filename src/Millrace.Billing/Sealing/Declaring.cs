using System.Globalization;
using Millrace.Billing.Raw;
using Millrace.Core.Objects;

namespace Millrace.Billing.Sealing;

/// <summary>
/// Writes down that records are lost, once an operator says so: only what is missing, and with the reason.
/// </summary>
internal sealed class Declaring(IObjectStore store, Sealer sealer, TimeProvider time)
{
    private const int DeclarationsMax = 1_000;

    /// <summary>Declares.</summary>
    /// <returns>What was written, or why nothing was, as a sentence.</returns>
    /// <exception cref="ObjectStoreException">The store cannot.</exception>
    /// <exception cref="InvalidDataException">What is written down cannot be read.</exception>
    public async Task<(LostRecords? Lost, string? Refusal)> RunAsync(
        Declaration declaration, CancellationToken cancellationToken)
    {
        await sealer.Log.ReadAsync(cancellationToken);
        var inventory = await sealer.Taker.TakeAsync(cancellationToken);
        var id = new EpochId(declaration.Recorder, declaration.Epoch);
        if (inventory.Epochs.FirstOrDefault(epoch => epoch.Id == id) is not { } epoch)
            return (null, $"There is no epoch {id.Epoch} of {id.Recorder}; see millrace bill status.");
        if (epoch.IsGivenUp && declaration.Range is null) return (null, $"{id} is given up already.");
        var missing = await sealer.MissingAsync(GivenUp(epoch, declaration), inventory, cancellationToken);
        if (declaration.Range is { } range)
        {
            missing = SequenceRange.Within(missing, range);
            if (missing.Count == 0) return (null, $"{id}: none of the sequences {range} is missing.");
        }
        var lost = new LostRecords
        {
            Recorder = id.Recorder,
            Epoch = id.Epoch,
            Ranges = missing,
            IsGivenUp = declaration.Range is null,
            Reason = declaration.Reason,
            Operator = declaration.Operator,
            At = time.GetUtcNow(),
        };
        return await StoreAsync(lost, cancellationToken)
            ? (lost, null)
            : (null, $"{id} has {DeclarationsMax} declarations; there cannot be more.");
    }

    // Of one that is given up, what only the ledger was told of is lost too.
    private static EpochStanding GivenUp(EpochStanding epoch, Declaration declaration) =>
        declaration.Range is null ? epoch with { IsGivenUp = true } : epoch;

    private async Task<bool> StoreAsync(LostRecords lost, CancellationToken cancellationToken)
    {
        var bytes = SealText.Write(lost);
        for (var number = 1; number <= DeclarationsMax; number++)
        {
            var key = BillingKeys.Loss(lost.Recorder, lost.Epoch, number);
            if (await store.PutAsync(key, bytes, PutMode.Create, cancellationToken) == PutOutcome.Stored) return true;
        }
        return false;
    }
}

/// <summary>What an operator says of lost records.</summary>
/// <param name="Recorder">Whose they were.</param>
/// <param name="Epoch">Its boot.</param>
/// <param name="Range">Which; null for all that is missing, and nothing more is awaited then.</param>
/// <param name="Reason">Why.</param>
/// <param name="Operator">Who says so.</param>
internal sealed record Declaration(
    string Recorder, long Epoch, SequenceRange? Range, string Reason, string Operator)
{
    /// <summary>Reads <c>FROM-TO</c> or one number; false when the text is none.</summary>
    public static bool TryRange(string text, out SequenceRange range)
    {
        var parts = text.Split('-');
        var isRange = long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            & long.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        range = new(first, last);
        return isRange && parts.Length <= 2 && first >= 1 && first <= last;
    }
}
