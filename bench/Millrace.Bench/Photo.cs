namespace Millrace.Bench;

/// <summary>One file of the corpus.</summary>
internal sealed record Photo(string Name, byte[] Bytes)
{
    /// <summary>The 24 JPEGs, by name.</summary>
    public static IReadOnlyList<Photo> Jpegs(Places places) => Load(places.Corpus, "*.jpg");

    /// <summary>Those and the photographs of other formats.</summary>
    public static IReadOnlyList<Photo> All(Places places) =>
        [.. Jpegs(places), .. Load(Path.Combine(places.Corpus, "other"), "*")];

    private static List<Photo> Load(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)
            .Select(path => new Photo(Path.GetFileName(path), File.ReadAllBytes(path))),
    ];
}
