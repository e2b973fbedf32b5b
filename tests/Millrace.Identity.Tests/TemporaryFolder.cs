namespace Millrace.Identity.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("millrace-identity-").FullName;

    public string CopyPath => System.IO.Path.Combine(Path, "identity.copy");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
