using System.Text;

namespace Millrace.Tests.Serve;

/// <summary>What keeps a server from starting: a line for each reason, and exit code 2.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("--database", "manage")]
    [InlineData("SealFile", "manage|--database|Host=127.0.0.1;Port=1")]
    [InlineData("--data", "tenants|list")]
    [InlineData("without --open", "keys|list|x|--data|DATA")]
    [InlineData("loopback", "serve|--data|DATA|--open|--urls|http://0.0.0.0:0")]
    [InlineData("--management", "edge|--brokers|amqp://127.0.0.1:1|--secret-file|SECRET")]
    [InlineData("no address", "edge|--brokers|amqp://127.0.0.1:1|--secret-file|SECRET|--management|here")]
    [InlineData("loopback", "edge|--open|--urls|http://*:0|--brokers|amqp://127.0.0.1:1|--secret-file|SECRET")]
    [InlineData("loopback", "serve|--data|DATA|--open|--urls|http://127.0.0.1:0;http://[::]:0")]
    [InlineData("not an address", "serve|--data|DATA|--open|--urls|here")]
    [InlineData("not an address", "serve|--data|DATA|--open|--urls|")]
    [InlineData("--data", "serve|--open")]
    [InlineData("--colour", "serve|--data|DATA|--open|--colour|red")]
    [InlineData("--kernels", "serve|--data|DATA|--open|--kernels|many")]
    [InlineData("Kernels", "serve|--data|DATA|--open|--kernels|0")]
    [InlineData("best-effort", "serve|--data|DATA|--open|--sandbox|none")]
    [InlineData("--data", "serve|--data|/proc/nowhere|--open")]
    [InlineData("Required command", "")]
    public async Task Serve_WithABadCommandLine_SaysWhatIsWrong(string named, string arguments)
    {
        using var data = new TemporaryFolder();
        data.Write("secret", "a-secret-of-the-whole-cluster"u8.ToArray());
        var list = arguments.Replace("DATA", data.Path, StringComparison.Ordinal)
            .Replace("SECRET", Path.Combine(data.Path, "secret"), StringComparison.Ordinal)
            .Split('|', arguments.Length == 0 ? StringSplitOptions.RemoveEmptyEntries : StringSplitOptions.None);

        var (exitCode, _, errors) = await MillraceProcess.RunAsync(list);

        Assert.True(exitCode == 2, $"exit code {exitCode}: {errors}");
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Worker": { "Pool": { "Kernels": 0 } } }""", "Kernels")]
    [InlineData("""{ "Worker": { "Pool": { "Kernels": "many" } } }""", "Worker:Pool:Kernels")]
    [InlineData(
        """{"Worker": {"Pool": {"Kernels": 0, "QueueMax": -1}}, "Edge": {"Serving": {"ConnectionsMax": 0}}}""",
        "Kernels", "QueueMax", "ConnectionsMax")]
    [InlineData("""{ "Edge": { "Serving": { "RateGrace": "00:00:00.5" } } }""", "RateGrace")]
    [InlineData("""{ "Limits": { "PixelsMax": 0 } }""", "PixelsMax")]
    [InlineData("""{ "Limits": { "BytesMax": -5, "FramesMax": 0 } }""", "BytesMax", "FramesMax")]
    [InlineData("""{ "Limits": { "BytesMax": "some" } }""", "Limits:BytesMax")]
    [InlineData("""{ "Worker": """, "millrace.json")]
    [InlineData("""{ "Worker": { "Pool": { "KernelPath": "/nowhere/kernel" } } }""", "/nowhere/kernel")]
    [InlineData("""{ "Storage": { "Kind": "tape" } }""", "Storage:Kind: 'tape'")]
    [InlineData("""{ "Storage": { "Kind": "s3" } }""", "Bucket")]
    [InlineData("""{ "Storage": { "S3": { "Bucket": "jobs", "Endpoint": "ftp://here", "Prefix": "a" } } }""",
        "Endpoint", "Prefix")]
    [InlineData("""{ "Storage": { "Files": { "Threads": 0 } } }""", "Threads")]
    public async Task Serve_WithBadSettings_NamesEachInALine(string settings, params string[] named)
    {
        using var data = new TemporaryFolder();
        data.Write("millrace.json", Encoding.UTF8.GetBytes(settings));

        var (exitCode, output, errors) = await MillraceProcess.RunAsync(Service.Arguments(data));

        Assert.True(exitCode == 2, $"exit code {exitCode}: {errors}");
        Assert.Empty(output);
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(named, name => Assert.Contains(lines, line => line.Contains(name, StringComparison.Ordinal)));
        Assert.Equal(named.Length, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("millrace: ", line, StringComparison.Ordinal));
    }
}
