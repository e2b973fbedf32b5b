using System.Xml;
using System.Xml.Linq;

namespace Millrace.Tidy.Tests;

/// <summary>What a project file may say.</summary>
internal static class ProjectRules
{
    /// <summary>Every reference of a project under src is in the table of arrows.</summary>
    public static IEnumerable<Finding> Arrows(TextFile project)
    {
        var name = NameOf(project.Name);
        if (!House.ProjectArrows.TryGetValue(name, out var arrows))
            return [project.At(1, $"{name} is not in House.ProjectArrows; say there what it may reference.")];
        return
            from reference in References(project)
            from wanted in Projects(reference)
            where !IsAllowed(wanted, reference, arrows)
            select At(project, reference, ReferenceAdvice(name, wanted, arrows));
    }

    /// <summary>Core takes no package, and only the kernel takes one that decodes pixels.</summary>
    public static IEnumerable<Finding> Packages(TextFile project)
    {
        var name = NameOf(project.Name);
        var any = !House.ProjectArrows.TryGetValue(name, out var arrows) || arrows.Packages;
        foreach (var package in Items(project, "PackageReference"))
        {
            var wanted = Include(package);
            if (!any) yield return At(project, package, $"{name} takes no package; write what it needs from {wanted}.");
            else if (wanted.StartsWith(House.PixelPackages, StringComparison.Ordinal) && name != House.PixelProject)
                yield return At(project, package, $"{wanted} belongs into {House.PixelProject} alone.");
        }
    }

    /// <summary>A project file is short.</summary>
    public static IEnumerable<Finding> Length(TextFile project) => project.Lines.Count > House.ProjectFileLinesMax
        ? [project.At(House.ProjectFileLinesMax + 1,
            $"At most {House.ProjectFileLinesMax} lines are allowed; move what others share to Directory.Build.props.")]
        : [];

    private static IEnumerable<XElement> References(TextFile project) => Items(project, "ProjectReference");

    private static IEnumerable<XElement> Items(TextFile project, string kind) =>
        XDocument.Parse(project.Text, LoadOptions.SetLineInfo).Descendants(kind)
            .Where(item => item.Attribute("Include") is not null);

    // One reference may name several projects.
    private static IEnumerable<string> Projects(XElement reference) =>
        Include(reference).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(NameOf);

    private static bool IsAllowed(string wanted, XElement reference, Arrows arrows) =>
        (IsBuildOnly(reference) ? arrows.BuiltBeside : arrows.References).Contains(wanted);

    private static bool IsBuildOnly(XElement reference)
    {
        const string name = "ReferenceOutputAssembly";
        var seen = (string?)reference.Attribute(name) ?? (string?)reference.Element(name);
        return string.Equals(seen, "false", StringComparison.OrdinalIgnoreCase);
    }

    private static string ReferenceAdvice(string name, string wanted, Arrows arrows)
    {
        if (arrows.BuiltBeside.Contains(wanted))
            return $"{name} may be built beside {wanted} but not use it; set ReferenceOutputAssembly=\"false\".";
        var allowed = arrows.References.Count == 0 ? "no project" : string.Join(", ", arrows.References);
        return $"{name} may not reference {wanted}, only {allowed}; let them meet in Core or in the executable.";
    }

    private static string Include(XElement item) => ((string?)item.Attribute("Include"))!;

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));

    private static Finding At(TextFile project, XElement element, string advice) =>
        project.At(((IXmlLineInfo)element).LineNumber, advice);
}
