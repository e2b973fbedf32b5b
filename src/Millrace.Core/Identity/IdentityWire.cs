using System.Globalization;

namespace Millrace.Core.Identity;

/// <summary>
/// The HTTP of the identity feed. All of it carries <c>Authorization: Bearer SECRET</c>, the cluster's secret; a wrong
/// one is answered 401. Every address takes <see cref="Reader"/> and <see cref="Role"/>; without them it answers 400.
/// <list type="bullet">
/// <item><c>GET <see cref="SnapshotPath"/></c>: 200 <see cref="LinesMediaType"/>, one page of
/// <see cref="IdentityText"/> a line, each cut by <see cref="IdentityPages.Cut"/>; the last has
/// <see cref="IdentityPage.IsLast"/>: without it the answer was cut off.</item>
/// <item><c>GET <see cref="ChangesPath"/>?<see cref="After"/>=N&amp;<see cref="WaitMs"/>=N</c>: 200 with one page; the
/// first of <see cref="IdentityPages.Cut"/> when it would be too long.</item>
/// <item><c>GET <see cref="KeysPath"/>{hash}</c>: 200 with entries: three, or none.</item>
/// <item><c>GET <see cref="DigestPath"/></c>: 200 with a digest.</item>
/// </list>
/// </summary>
public static class IdentityWire
{
    /// <summary>All that there is.</summary>
    public const string SnapshotPath = "/feed/v1/snapshot";

    /// <summary>What changed.</summary>
    public const string ChangesPath = "/feed/v1/changes";

    /// <summary>Prefix of one key; its hash follows as <see cref="KeyHash.ToString"/> has it.</summary>
    public const string KeysPath = "/feed/v1/keys/";

    /// <summary>The fingerprint of all.</summary>
    public const string DigestPath = "/feed/v1/digest";

    /// <summary>Query name: <see cref="IdentityReader.Id"/>.</summary>
    public const string Reader = "reader";

    /// <summary>Query name: <c>edge</c> or <c>sender</c>.</summary>
    public const string Role = "role";

    /// <summary>Query name: the revision that the reader has.</summary>
    public const string After = "after";

    /// <summary>Query name: milliseconds that the reader waits for a change, 0 to <see cref="WaitMax"/>.</summary>
    public const string WaitMs = "waitMs";

    /// <summary>Longest wait for a change.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    /// <summary>Media type of one JSON text.</summary>
    public const string TextMediaType = "application/json";

    /// <summary>Media type of JSON texts, one a line.</summary>
    public const string LinesMediaType = "application/jsonl";

    /// <summary>The query that says who reads.</summary>
    public static string QueryOf(IdentityReader reader) => $"?{Reader}={reader.Id}&{Role}={NameOf(reader.Role)}";

    /// <summary>The address of changes, with its query.</summary>
    public static string ChangesOf(IdentityReader reader, long after, TimeSpan wait) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ChangesPath}{QueryOf(reader)}&{After}={after}&{WaitMs}={(long)wait.TotalMilliseconds}");

    /// <summary>Who reads, from the two values of a query; null when they name nobody.</summary>
    /// <param name="id">1 to 64 of <c>a-z 0-9 -</c>.</param>
    /// <param name="role"><c>edge</c> or <c>sender</c>.</param>
    public static IdentityReader? ReadReader(string? id, string? role)
    {
        if (!IdentityNames.IsName(id)) return null;
        return role switch
        {
            "edge" => new IdentityReader(id!, IdentityRole.Edge),
            "sender" => new IdentityReader(id!, IdentityRole.Sender),
            _ => null,
        };
    }

    /// <summary>The revision of a query; null when it is none.</summary>
    public static long? ReadAfter(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : null;

    /// <summary>The wait of a query, at most <see cref="WaitMax"/>; null when it is none.</summary>
    public static TimeSpan? ReadWait(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= WaitMax.TotalMilliseconds
                ? TimeSpan.FromMilliseconds(milliseconds)
                : null;

    private static string NameOf(IdentityRole role) => role switch
    {
        IdentityRole.Edge => "edge",
        IdentityRole.Sender => "sender",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No role."),
    };
}
