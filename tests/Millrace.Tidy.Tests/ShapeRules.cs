using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Millrace.Tidy.Tests;

/// <summary>Where types stand and what they are called.</summary>
internal static class ShapeRules
{
    /// <summary>
    /// A file that declares types declares the one whose name it has; <c>Thing.Part.cs</c> holds a part of Thing.
    /// </summary>
    public static IEnumerable<Finding> TypePerFile(TextFile file)
    {
        var types = TopTypes(file).Select(NameOf).ToList();
        var expected = file.Name.Split('.')[0];
        return types.Count == 0 || types.Contains(expected) || IsProgram(file)
            ? []
            : [file.At(1, $"No type here is called {expected}; name the file after its main type, {types[0]}.")];
    }

    /// <summary>The namespace is the project's name and the folders below it.</summary>
    /// <param name="file">A .cs file.</param>
    /// <param name="projects">Every project file; the nearest above the file is its own.</param>
    public static IEnumerable<Finding> NamespaceIsFolder(TextFile file, IEnumerable<TextFile> projects)
    {
        if (ProjectOf(file, projects) is not { } project || TopTypes(file).Count == 0 || IsProgram(file)) return [];
        var expected = NamespaceOf(file, project);
        var found = file.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>().ToList();
        var wrong = found.Where(declared => declared.Name.ToString() != expected).ToList();
        return found.Count == 0
            ? [file.At(1, $"The file has no namespace; write namespace {expected}.")]
            : wrong.Select(declared => file.At(declared, $"The folder asks for the namespace {expected}."));
    }

    /// <summary>No type has a name that says nothing.</summary>
    public static IEnumerable<Finding> TypeNames(TextFile file) => file.Syntax.DescendantNodes()
        .OfType<MemberDeclarationSyntax>()
        .Where(type => House.TypeEndingsForbidden.Any(end => NameOf(type).EndsWith(end, StringComparison.Ordinal)))
        .Select(type => file.At(type, $"{NameOf(type)} says nothing by its ending; name what it decides or does."));

    /// <summary>No folder is named for a kind of type.</summary>
    public static IEnumerable<Finding> FolderNames(string path) => path.Split('/').SkipLast(1)
        .Where(folder => House.FolderNamesForbidden.Contains(folder, StringComparer.OrdinalIgnoreCase))
        .Select(folder => new Finding(path, 1, $"{folder}/ names a kind; name the folder for its feature."));

    /// <summary>The project whose folder is nearest above a file.</summary>
    public static TextFile? ProjectOf(TextFile file, IEnumerable<TextFile> projects) => projects
        .Where(project => file.Path.StartsWith(project.Folder + "/", StringComparison.Ordinal))
        .MaxBy(project => project.Folder.Length);

    private static string NamespaceOf(TextFile file, TextFile project) =>
        (Path.GetFileNameWithoutExtension(project.Name) + file.Folder[project.Folder.Length..]).Replace('/', '.');

    private static bool IsProgram(TextFile file) => file.Syntax.Members.OfType<GlobalStatementSyntax>().Any();

    private static List<MemberDeclarationSyntax> TopTypes(TextFile file) =>
        [.. file.Syntax.Members.Concat(file.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>()
            .SelectMany(declared => declared.Members)).Where(member => NameOf(member).Length > 0)];

    /// <summary>The name of a type or delegate; empty for every other member.</summary>
    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => "",
    };
}
