using Millrace.Convert;
using Millrace.Core.Images;

namespace Millrace.Jobs;

/// <summary>Which images a batch has, and where their results go.</summary>
internal static class BatchFolder
{
    /// <summary>The images in order; or why nothing is begun.</summary>
    public static (IReadOnlyList<BatchImage> Images, string? Refusal) Images(string folder, string output)
    {
        if (!Directory.Exists(folder)) return ([], $"'{folder}' is no folder.");
        if (Path.GetFullPath(folder) == Path.GetFullPath(output))
            return ([], "The results need a folder of their own: they would be taken for images the next time.");
        var paths = WorkList.Images(folder, output).Select(path => Path.GetRelativePath(folder, path)).ToList();
        if (paths.Count == 0) return ([], $"There is no image in '{folder}'.");
        var stems = paths.CountBy(Stem).ToDictionary();

        // Of two images that differ in their extension alone, each result keeps its own in its name.
        return ([.. paths.Select(path => new BatchImage(path, stems[Stem(path)] == 1 ? Stem(path) : path))], null);
    }

    private static string Stem(string path) => Path.ChangeExtension(path, null);
}

/// <summary>An image of a batch.</summary>
/// <param name="Path">From the folder.</param>
/// <param name="Stem">How the names of its results begin, from the output folder; no other image's do.</param>
internal sealed record BatchImage(string Path, string Stem)
{
    /// <summary>Where a result goes, from the output folder.</summary>
    /// <param name="name">Of the transform.</param>
    /// <param name="format">Of the result; null leaves the image's extension.</param>
    public string ResultPath(string name, ImageFormat? format)
    {
        var extension = format?.Extension() ?? System.IO.Path.GetExtension(Path);
        return name == Core.Jobs.JobTransform.DefaultName ? Stem + extension : $"{Stem}.{name}{extension}";
    }
}
