namespace Millrace.Core.Poison;

/// <summary>Strikes and releases, as a ledger is told of them.</summary>
public static class PoisonReports
{
    /// <summary>Counts a death; returns as <see cref="IPoisonLedger.AddAsync"/>.</summary>
    /// <param name="ledger">The fleet's.</param>
    /// <param name="strike">Counted once, however often it is told: by its id.</param>
    /// <param name="cancellationToken">Abandons the wait; the strike may still be counted.</param>
    public static Task<PoisonVerdict> StrikeAsync(
        this IPoisonLedger ledger, Strike strike, CancellationToken cancellationToken) =>
        ledger.AddAsync(new PoisonEvent.Struck(strike), cancellationToken);

    /// <summary>Forgets a fingerprint's strikes, on an operator's word; returns once that is stored.</summary>
    /// <param name="ledger">The fleet's.</param>
    /// <param name="fingerprint">As listed.</param>
    /// <param name="operatorName">Who says so; kept with it.</param>
    /// <param name="now">By the clock of the machine on which it is said.</param>
    /// <param name="cancellationToken">Abandons the wait; it may still be released.</param>
    /// <returns>False when nothing was known of it.</returns>
    public static async Task<bool> ReleaseAsync(
        this IPoisonLedger ledger, Fingerprint fingerprint, string operatorName, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (ledger.List().All(entry => entry.Fingerprint != fingerprint)) return false;
        await ledger.AddAsync(
            new PoisonEvent.Released(Guid.CreateVersion7(now), fingerprint, operatorName, now), cancellationToken);
        return true;
    }
}
