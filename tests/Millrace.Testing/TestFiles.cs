namespace Millrace.Testing;

/// <summary>The photographs and the programs that tests use, wherever the repository lies.</summary>
internal static class TestFiles
{
    private static string Root { get; } = FindRoot();

    /// <summary>The test build of the kernel as an ordinary .NET process.</summary>
    public static string FaultyKernel => Built("Millrace.Kernel.Faulty", "Millrace.Kernel.Faulty.dll");

    /// <summary>The test build of the kernel as Native AOT.</summary>
    public static string NativeFaultyKernel => Existing(
        Path.Combine(Root, "artifacts/aot/publish/Millrace.Kernel.Faulty/release/Millrace.Kernel.Faulty"),
        "dotnet publish tests/Millrace.Kernel.Faulty -c Release --ucr -p:Aot=true");

    /// <summary>The kernel that ships, which knows no faults.</summary>
    public static string ProductionKernel => Built("Millrace.Kernel", "Millrace.Kernel.dll");

    /// <summary>The service's executable.</summary>
    public static string Executable => Built("Millrace", "millrace");

    /// <summary>Names of the 24 photographs, in ordinal order.</summary>
    public static IReadOnlyList<string> Photos { get; } =
        [.. new DirectoryInfo(Corpus).EnumerateFiles("*.jpg").Select(file => file.Name).Order(StringComparer.Ordinal)];

#if DEBUG
    private static string Configuration => "debug";
#else
    private static string Configuration => "release";
#endif

    private static string Corpus => Path.Combine(Root, "tests", "corpus");

    /// <summary>Where a photograph lies.</summary>
    public static string PhotoPath(string name) => Path.Combine(Corpus, name);

    public static byte[] Photo(string name) => File.ReadAllBytes(PhotoPath(name));

    private static string Built(string project, string file) =>
        Existing(Path.Combine(Root, "artifacts", "bin", project, Configuration, file), "dotnet build");

    private static string Existing(string path, string command) => File.Exists(path)
        ? path
        : throw new FileNotFoundException($"'{path}' is missing; make it with: {command} (./dev test does).", path);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Millrace.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
