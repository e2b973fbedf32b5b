using System.Globalization;

namespace Millrace.Billing.Tests;

/// <summary>A folder of one test, removed with it.</summary>
internal sealed class TestFolder : IDisposable
{
    private static int Count;

    public TestFolder()
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"billing-{Environment.ProcessId}-{Interlocked.Increment(ref Count)}");
        Path = Directory.CreateDirectory(System.IO.Path.Combine(AppContext.BaseDirectory, name)).FullName;
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
