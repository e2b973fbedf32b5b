using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>
/// How names stand in folders. The names under one prefix are a shelf: a folder, and once that is full, folders below
/// it, each for the names that go on with the same two characters. A full folder has a mark and takes no further names;
/// those that it has stay. So no folder gets large, and the order of names is kept.
/// </summary>
/// <remarks>
/// In a folder an object has its plain name, a prefix a plus after it, a folder below a comma before its two
/// characters; the mark is a comma. Neither character is in keys.
/// </remarks>
internal static class Shelf
{
    /// <summary>Name of the file that marks a full folder.</summary>
    public const string FullMark = ",";

    /// <summary>Characters that the names of a folder below have more in common.</summary>
    public const int Step = 2;

    private const char Below = ',';
    private const char Prefix = '+';

    /// <summary>The name of the folder that holds what is under a segment.</summary>
    public static string PrefixName(string segment) => segment + Prefix;

    /// <summary>The name of the folder below for a name; null when it is too short, and stays.</summary>
    /// <param name="segment">Of a key.</param>
    /// <param name="depth">Characters that all names of this folder have in common.</param>
    public static string? BelowName(string segment, int depth) =>
        segment.Length >= depth + Step ? Below + segment.Substring(depth, Step) : null;

    /// <summary>The name of the folder below of two characters.</summary>
    public static string BelowName(string characters) => Below + characters;

    /// <summary>What an entry is; null when it is none of the store's.</summary>
    public static ShelfName? Read(FolderEntry entry) => entry switch
    {
        { IsFolder: true, Name: [Below, _, _] } => new(ShelfKind.Below, entry.Name[1..]),
        { IsFolder: true, Name: [.., Prefix] } => Segment(ShelfKind.Prefix, entry.Name[..^1]),
        { IsFolder: false } => Segment(ShelfKind.Object, entry.Name),
        _ => null,
    };

    private static ShelfName? Segment(ShelfKind kind, string name) =>
        !name.Contains('/') && ObjectKey.TryParse(name, out _) ? new(kind, name) : null;
}

/// <summary>What stands in a folder of a shelf.</summary>
internal enum ShelfKind
{
    /// <summary>An object.</summary>
    Object,

    /// <summary>The folder of a prefix.</summary>
    Prefix,

    /// <summary>A folder below, of the same shelf.</summary>
    Below,
}

/// <summary>An entry of a folder of a shelf.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The segment; of a folder below, its two characters.</param>
internal readonly record struct ShelfName(ShelfKind Kind, string Name)
{
    /// <summary>By which it stands in the order of keys: those under a prefix go on with a slash.</summary>
    public string Order => Kind == ShelfKind.Prefix ? Name + "/" : Name;
}
