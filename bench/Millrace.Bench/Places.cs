namespace Millrace.Bench;

/// <summary>Where bench/run put what is measured.</summary>
internal sealed record Places(string Root)
{
    public string Service => Published("millrace", "millrace");

    public string NativeKernel => Published("millrace", "kernel", "Millrace.Kernel");

    public string BareServer => Published("bare", "BareServer");

    public string SharpServer => Existing(Path.Combine(Root, "bench", "sharp", "server.mjs"));

    /// <summary>The kernel as an ordinary .NET process: the build puts it beside this program.</summary>
    public static string ManagedKernel =>
        Existing(Path.Combine(AppContext.BaseDirectory, "kernel", "Millrace.Kernel.dll"));

    public string Corpus => Path.Combine(Root, "tests", "corpus");

    private string Published(params string[] parts) => Existing(Path.Combine([Root, "artifacts", "bench", .. parts]));

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new FileNotFoundException($"'{path}' is missing; bench/run makes it.", path);
}
