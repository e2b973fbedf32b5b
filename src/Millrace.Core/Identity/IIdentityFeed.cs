namespace Millrace.Core.Identity;

/// <summary>
/// What management tells everyone who must know tenants without asking: all of it once, then what changed. Safe for any
/// number of threads. Failures to reach management are <see cref="IdentityFeedException"/>.
/// </summary>
public interface IIdentityFeed
{
    /// <summary>
    /// Everything, one page after another, lowest revision first; the last page has
    /// <see cref="IdentityPage.IsLast"/>. What changes meanwhile comes with the changes after the first page's
    /// <see cref="IdentityPage.Head"/>.
    /// </summary>
    /// <param name="reader">Who asks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<IdentityPage> SnapshotAsync(IdentityReader reader, CancellationToken cancellationToken);

    /// <summary>
    /// What changed after a revision, or an empty page when nothing did until the wait was over. Tells management too
    /// that the reader lives.
    /// </summary>
    /// <param name="reader">Who asks.</param>
    /// <param name="after">The last <see cref="IdentityPage.Reaches"/> that was applied whole.</param>
    /// <param name="wait">How long to wait for a change. 0 to 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IdentityPage> ChangesAsync(
        IdentityReader reader, long after, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>
    /// The key of a hash with its tenant and plan, newest first to be known: three entries, or none when there is no
    /// such key. For a key that is too new to have come with the changes.
    /// </summary>
    /// <param name="reader">Who asks.</param>
    /// <param name="hash">Of the key's text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<IdentityEntry>> FindKeyAsync(
        IdentityReader reader, KeyHash hash, CancellationToken cancellationToken);

    /// <summary>Of everything as it is now, to compare with what a reader has.</summary>
    /// <param name="reader">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IdentityDigest> DigestAsync(IdentityReader reader, CancellationToken cancellationToken);
}

/// <summary>Who reads the feed.</summary>
/// <param name="Id">Of this process, different from all others'; 1 to 64 of <c>a-z 0-9 -</c>.</param>
/// <param name="Role">What it is.</param>
public sealed record IdentityReader(string Id, IdentityRole Role);

/// <summary>What a reader is. The numbers travel.</summary>
public enum IdentityRole
{
    /// <summary>An edge: counted, and not told the secrets of webhook endpoints.</summary>
    Edge = 0,

    /// <summary>A sender of webhooks: told their secrets.</summary>
    Sender = 1,
}

/// <summary>Entries, whole up to a revision: applied together or not at all.</summary>
public sealed record IdentityPage
{
    /// <summary>Lowest revision first.</summary>
    public required IReadOnlyList<IdentityEntry> Entries { get; init; }

    /// <summary>Who has applied this page has all that happened up to this revision.</summary>
    public required long Reaches { get; init; }

    /// <summary>
    /// The newest revision when this page was made: above <see cref="Reaches"/> there is more to fetch.
    /// </summary>
    public required long Head { get; init; }

    /// <summary>When this page was made, by management's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Edges that live, the reader counted when it is one; at least 1.</summary>
    public required int LiveEdges { get; init; }

    /// <summary>The changes after the asked revision are no longer known: a snapshot must be read.</summary>
    public bool NeedsSnapshot { get; init; }

    /// <summary>Whether no page of a snapshot follows.</summary>
    public bool IsLast { get; init; } = true;
}

/// <summary>
/// A fingerprint of all entries that are not removed: the sum, modulo 2^64, of each entry's
/// <see cref="Of(IdentityEntry)"/>, which does not depend on their order.
/// </summary>
/// <param name="Revision">Up to which revision it reaches.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Sum">The sum.</param>
public readonly record struct IdentityDigest(long Revision, long Entries, ulong Sum)
{
    /// <summary>One entry's part: a hash of its kind, name and revision.</summary>
    public static ulong Of(IdentityEntry entry) => entry switch
    {
        PlanEntry plan => Of("plan", plan.Plan, plan.Revision),
        TenantEntry tenant => Of("tenant", tenant.Tenant, tenant.Revision),
        KeyEntry key => Of("key", key.Hash.ToString(), key.Revision),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry, "No kind of entry."),
    };

    /// <summary>As the other, for whoever has no entry at hand.</summary>
    /// <param name="kind"><c>plan</c>, <c>tenant</c> or <c>key</c>.</param>
    /// <param name="name">Its name; of a key its hash's text.</param>
    /// <param name="revision">Its revision.</param>
    public static ulong Of(string kind, string name, long revision)
    {
        // FNV-1a over the text, then a finaliser: fast, the same everywhere, and no adversary chooses revisions.
        var hash = 14695981039346656037UL;
        foreach (var letter in kind) hash = (hash ^ letter) * 1099511628211UL;
        hash = (hash ^ '/') * 1099511628211UL;
        foreach (var letter in name) hash = (hash ^ letter) * 1099511628211UL;
        hash ^= (ulong)revision * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }
}

/// <summary>Management cannot be asked now, or its answer cannot be read.</summary>
public sealed class IdentityFeedException : Exception
{
    /// <summary>With a message that says what to do.</summary>
    public IdentityFeedException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
