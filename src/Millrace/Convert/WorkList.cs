using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Convert;

/// <summary>One image to convert: where it comes from and where it goes, both paths or <c>-</c>.</summary>
internal sealed record WorkItem(string Input, string Output);

/// <summary>
/// What is to be done, known before anything is: nothing is overwritten by a second image of the same name.
/// </summary>
/// <param name="Items">In the order of their paths.</param>
/// <param name="Refusal">Why nothing is done; null when all is well.</param>
internal sealed record WorkList(IReadOnlyList<WorkItem> Items, string? Refusal)
{
    private static readonly string[] Extensions =
        [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"];

    public static WorkList Of(ConvertArguments arguments, Transform transform)
    {
        if (arguments.Input == ConvertArguments.Standard || File.Exists(arguments.Input))
            return OfFile(arguments, transform);
        if (!Directory.Exists(arguments.Input)) return Refused($"'{arguments.Input}' is neither a file nor a folder.");
        if (arguments.Output == ConvertArguments.Standard || File.Exists(arguments.Output))
            return Refused("A folder of images is converted into a folder; name one as output.");
        return OfFolder(arguments, transform);
    }

    /// <summary>The images in a folder and the folders in it, in the order of their paths.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="target">Where results go: what is in there is left out, unless it is the same folder.</param>
    public static IEnumerable<string> Images(string root, string target) =>
        Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Where(path => root == target || !IsUnder(target, path))
            .Order(StringComparer.Ordinal);

    private static WorkList OfFile(ConvertArguments arguments, Transform transform)
    {
        var output = Directory.Exists(arguments.Output)
            ? Path.Combine(arguments.Output, Renamed(Path.GetFileName(arguments.Input), transform))
            : arguments.Output;
        return new WorkList([new WorkItem(arguments.Input, output)], null);
    }

    private static WorkList OfFolder(ConvertArguments arguments, Transform transform)
    {
        var root = Path.GetFullPath(arguments.Input);
        var target = Path.GetFullPath(arguments.Output);
        var items = Images(root, target)
            .Select(path => new WorkItem(
                path, Path.Combine(target, Renamed(Path.GetRelativePath(root, path), transform))))
            .ToList();
        var twice = items.GroupBy(item => item.Output).FirstOrDefault(group => group.Count() > 1);
        if (items.Count == 0) return Refused($"There is no image in '{arguments.Input}'.");
        return twice is null
            ? new WorkList(items, null)
            : Refused(
                $"'{twice.First().Input}' and '{twice.Last().Input}' would both become '{twice.Key}'; rename one.");
    }

    private static bool IsUnder(string folder, string path) =>
        path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Renamed(string path, Transform transform) =>
        TransformNormal.Explicit(transform.Format) is { } format
            ? Path.ChangeExtension(path, format.Extension())
            : path;

    private static WorkList Refused(string reason) => new([], reason);
}
