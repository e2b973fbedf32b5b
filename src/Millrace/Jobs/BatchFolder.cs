using Millrace.Convert;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Jobs;

/// <summary>Which images a batch has, and where their results go.</summary>
internal static class BatchFolder
{
    /// <summary>The images as paths from the folder, in order; or why nothing is begun.</summary>
    public static (IReadOnlyList<string> Images, string? Refusal) Images(
        BatchArguments arguments, IReadOnlyList<BatchTransform> transforms)
    {
        if (!Directory.Exists(arguments.Folder)) return ([], $"'{arguments.Folder}' is no folder.");
        if (Path.GetFullPath(arguments.Folder) == Path.GetFullPath(arguments.Output))
            return ([], "The results need a folder of their own: they would be taken for images the next time.");
        var images = WorkList.Images(arguments.Folder, arguments.Output)
            .Select(path => Path.GetRelativePath(arguments.Folder, path))
            .ToList();
        if (images.Count == 0) return ([], $"There is no image in '{arguments.Folder}'.");
        var twice = images
            .SelectMany(path => transforms.Select(one => (Path: path, Result: ResultPath(path, one))))
            .GroupBy(one => one.Result)
            .FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? (images, null)
            : ([], $"'{twice.First().Path}' and '{twice.Last().Path}' would both become '{twice.Key}'; rename one.");
    }

    /// <summary>Where a result goes, from the output folder.</summary>
    /// <param name="path">Of the image.</param>
    /// <param name="name">Of the transform.</param>
    /// <param name="format">Of the result; null leaves the image's extension.</param>
    public static string ResultPath(string path, string name, ImageFormat? format)
    {
        var extension = format?.Extension() ?? Path.GetExtension(path).TrimStart('.');
        return name == Core.Jobs.JobTransform.DefaultName
            ? Path.ChangeExtension(path, extension)
            : Path.ChangeExtension(path, $"{name}.{extension}");
    }

    private static string ResultPath(string path, BatchTransform transform) =>
        ResultPath(path, transform.Name, TransformNormal.Explicit(transform.Transform.Format));
}
