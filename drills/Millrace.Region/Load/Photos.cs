using System.Text;

namespace Millrace.Region.Load;

/// <summary>The photographs of the corpus, and pills made of them.</summary>
internal sealed class Photos(string root)
{
    private const string FaultMarker = "MILLRACE-FAULT:";
    private readonly byte[][] _all =
    [
        .. Directory.EnumerateFiles(Path.Combine(root, "tests/corpus"), "*.jpg").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes),
    ];

    public int Count => _all.Length;

    /// <summary>The quickest to convert: for loads whose rate matters, not their work.</summary>
    public byte[] Smallest => _all.MinBy(photo => photo.Length)!;

    public byte[] this[int index] => _all[index % _all.Length];

    /// <summary>A photograph that makes a test kernel do what is named; another one for each variant.</summary>
    public byte[] Pill(string fault, int variant) =>
        [.. _all[0], .. Encoding.ASCII.GetBytes($"variant {variant} {FaultMarker}{fault}")];
}
