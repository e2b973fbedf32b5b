using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts;

namespace Millrace.Webhooks.Tests;

/// <summary>What is sent, verified by the reference library of Standard Webhooks for JavaScript.</summary>
public sealed class VerifyTests : IDisposable
{
    private const string Other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Script = "tests/Millrace.Webhooks.Tests/verify/verify.mjs";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-webhooks-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Message_WhileASecretRotates_IsVerifiedWithEither()
    {
        var heard = await HearAsync();

        Assert.Equal("job.succeeded", await VerifyAsync(heard, Sender.Secret));
        Assert.Equal("job.succeeded", await VerifyAsync(heard, Other));
    }

    [Fact]
    public async Task Message_ThatWasChangedOrIsSomebodyElses_IsNotVerified()
    {
        var heard = await HearAsync();
        var changed = heard with { Body = [.. heard.Body.Select(letter => letter == '7' ? (byte)'8' : letter)] };
        var renamed = heard with { Headers = new(heard.Headers) { ["webhook-id"] = "msg_other" } };

        Assert.Null(await VerifyAsync(changed, Sender.Secret));
        Assert.Null(await VerifyAsync(renamed, Sender.Secret));
        Assert.Null(await VerifyAsync(heard, "whsec_" + System.Convert.ToBase64String(new byte[24])));
    }

    // With the machine's time: receivers refuse what is older than five minutes.
    private async Task<Heard> HearAsync()
    {
        await using var receiver = await Receiver.StartAsync(200);
        await using var sender = Sender.Make(
            _folder, [Sender.Endpoint(receiver.Url) with { Secrets = [Sender.Secret, Other] }],
            new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        await sender.StartAsync();
        await sender.TellAsync();
        return await receiver.NextAsync();
    }

    private static async Task<string?> VerifyAsync(Heard heard, string secret)
    {
        using var node = Start();
        var input = JsonSerializer.Serialize(new { secret, headers = heard.Headers, body = heard.Body });
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).Within();
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (node.ExitCode == 0) return (await output).Trim();
        Assert.Contains("WebhookVerificationError", errors, StringComparison.Ordinal);
        return null;
    }

    private static Process Start()
    {
        var script = Path.Combine(Root(), Script);
        var packages = Path.Combine(Path.GetDirectoryName(script)!, "node_modules");
        Assert.True(Directory.Exists(packages),
            $"The verifier is missing: npm ci --prefix {Path.GetDirectoryName(Script)}");
        try
        {
            return Process.Start(new ProcessStartInfo("node", [script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("node is missing; as root: apt-get install -y nodejs npm");
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Millrace.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
