namespace Millrace.Tidy.Tests;

/// <summary>
/// The rules of the house that are numbers and names; to change one, change it here and say why in a record.
/// </summary>
internal static class House
{
    public const int FileLinesMax = 400;
    public const int LineColumnsMax = 120;
    public const int MethodLinesMax = 70;
    public const int ProjectFileLinesMax = 14;

    /// <summary>Only this project may reference the packages that decode pixels.</summary>
    public const string PixelProject = "Millrace.Kernel";

    /// <summary>How the names of those packages begin.</summary>
    public const string PixelPackages = "NetVips";

    /// <summary>Folders whose code is held to these rules; src to the arrows too.</summary>
    public static IReadOnlyList<string> CodeFolders { get; } = ["src", "tests", "bench", "fuzz", "drills"];

    /// <summary>Folders that are made and not written.</summary>
    public static IReadOnlyList<string> MadeFolders { get; } =
        ["artifacts", "bin", "obj", "node_modules", ".git", ".vs", "data", "out", "TestResults", "Migrations"];

    /// <summary>Every project under src, and what it may reference.</summary>
    public static IReadOnlyDictionary<string, Arrows> ProjectArrows { get; } = new Dictionary<string, Arrows>
    {
        ["Millrace"] = new(
            ["Millrace.Edge", "Millrace.Worker", "Millrace.Webhooks", "Millrace.Outbound", "Millrace.Queue",
                "Millrace.Storage", "Millrace.Identity", "Millrace.Management", "Millrace.Metering",
                "Millrace.Ledger", "Millrace.Billing", "Millrace.Core"],
            BuiltBeside: ["Millrace.Kernel"]),
        ["Millrace.Edge"] = new(["Millrace.Outbound", "Millrace.Identity", "Millrace.Core"], []),
        ["Millrace.Management"] = new(["Millrace.Core"], []),
        ["Millrace.Worker"] = new(["Millrace.Core"], []),
        ["Millrace.Webhooks"] = new(["Millrace.Outbound", "Millrace.Core"], []),
        ["Millrace.Identity"] = new(["Millrace.Core"], []),
        ["Millrace.Outbound"] = new(["Millrace.Core"], []),
        ["Millrace.Billing"] = new(["Millrace.Core"], []),
        ["Millrace.Ledger"] = new(["Millrace.Core"], []),
        ["Millrace.Metering"] = new(["Millrace.Core"], []),
        ["Millrace.Queue"] = new(["Millrace.Core"], []),
        ["Millrace.Storage"] = new(["Millrace.Core"], []),
        ["Millrace.Kernel"] = new(["Millrace.Core"], []),
        ["Millrace.Core"] = new([], [], Packages: false),
    };

    /// <summary>Folders are features, never kinds.</summary>
    public static IReadOnlyList<string> FolderNamesForbidden { get; } =
        ["Interfaces", "Services", "Helpers", "Common", "Utils"];

    /// <summary>Endings of type names that say nothing.</summary>
    public static IReadOnlyList<string> TypeEndingsForbidden { get; } =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Impl", "Info", "Data"];
}

/// <summary>What a project may reference.</summary>
/// <param name="References">Projects whose types it may use.</param>
/// <param name="BuiltBeside">Projects that are built with it, but whose types it cannot see.</param>
/// <param name="Packages">Whether it may reference packages.</param>
internal sealed record Arrows(
    IReadOnlyList<string> References, IReadOnlyList<string> BuiltBeside, bool Packages = true);
