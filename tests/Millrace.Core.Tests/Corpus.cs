using System.Runtime.CompilerServices;

namespace Millrace.Core.Tests;

/// <summary>The real photographs under tests/corpus.</summary>
internal static class Corpus
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "corpus"));
    private static readonly string SeedRoot = Path.GetFullPath(Path.Combine(Root, "..", "..", "fuzz", "seeds"));

    /// <summary>Paths of every image, relative to the corpus, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(name => !name.EndsWith(".md", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>The bytes of one image.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Root, name));

    /// <summary>At most the first bytes of one image.</summary>
    public static byte[] Head(string name, int length)
    {
        using var file = File.OpenRead(Path.Combine(Root, name));
        var head = new byte[Math.Min(length, file.Length)];
        file.ReadExactly(head);
        return head;
    }

    /// <summary>What fuzzing starts from, and whatever it has found, for one of its targets.</summary>
    public static IReadOnlyList<byte[]> FuzzSeeds(string target) =>
        [.. Directory.EnumerateFiles(Path.Combine(SeedRoot, target))
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
