using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>A server with keys: what its first start says works, and what operators do from the shell counts.</summary>
public sealed partial class KeyTests
{
    private static readonly byte[] Photo = TestFiles.Photo("exif6-seeding.jpg");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serve_OnAnEmptyFolder_GivesAKeyThatWorks_AlsoAfterAKill()
    {
        using var data = new TemporaryFolder();
        string key;
        await using (var first = Start(data))
        {
            var (client, line) = await ReadyAsync(first);
            using var _ = client;
            key = KeyText().Match(line).Value;
            Assert.Equal(HttpStatusCode.OK, await ConvertAsync(client, key));
            Assert.Equal(HttpStatusCode.Unauthorized, await ConvertAsync(client, null));
            await OwnThingsAsync(client, key);
        }
        await using var second = Start(data);
        var (again, greeting) = await ReadyAsync(second);
        using var __ = again;

        Assert.DoesNotContain("mr_", greeting, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await ConvertAsync(again, key));
    }

    [Fact]
    public async Task Keys_MadeAndRevokedFromTheShell_CountWithinSeconds()
    {
        using var data = new TemporaryFolder();
        await using var server = Start(data);
        var (client, _) = await ReadyAsync(server);
        using var own = client;

        var made = await ShellAsync(data, "tenants", "create", "--name", "Acme");
        var tenant = TenantText().Match(made).Value;
        var key = await ShellAsync(data, "keys", "create", tenant, "--name", "ci");
        var text = KeyText().Match(key).Value;
        Assert.Equal(HttpStatusCode.OK, await ConvertAsync(client, text));
        await ShellAsync(data, "tenants", "suspend", tenant);
        await UntilAsync(client, text, HttpStatusCode.Forbidden);
        await ShellAsync(data, "tenants", "resume", tenant);
        await UntilAsync(client, text, HttpStatusCode.OK);
        await ShellAsync(data, "keys", "revoke", tenant, KeyId().Match(key).Value);
        await UntilAsync(client, text, HttpStatusCode.Unauthorized);

        Assert.Contains("standard", await ShellAsync(data, "plans", "list"), StringComparison.Ordinal);
        Assert.DoesNotContain(text, server.Errors, StringComparison.Ordinal);
        var (exitCode, _, errors) = await MillraceProcess.RunAsync(
            ["tenants", "show", "nobody", "--data", data.Path]);
        Assert.Equal((1, true), (exitCode, errors.Contains("no such tenant", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Jobs_OfATenantThatIsDeletedMeanwhile_EndAndAreThereWhenItIsTakenBack()
    {
        using var data = new TemporaryFolder();
        await using var server = Start(data, "--kernels", "1");
        var (client, _) = await ReadyAsync(server);
        using var own = client;
        var tenant = TenantText().Match(await ShellAsync(data, "tenants", "create", "--name", "Acme")).Value;
        var key = KeyText().Match(await ShellAsync(data, "keys", "create", tenant, "--name", "ci")).Value;
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var jobs = new List<string>();
        for (var i = 0; i < 12; i++) jobs.Add(await AcceptedAsync(client, $"/v1/jobs?width={1000 + i}&format=avif"));

        await ShellAsync(data, "tenants", "delete", tenant);
        await UntilAsync(client, key, HttpStatusCode.Unauthorized);
        using var unheard = await client.GetAsync(jobs[0], Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, unheard.StatusCode);
        await ShellAsync(data, "tenants", "resume", tenant);
        await UntilAsync(client, key, HttpStatusCode.OK);

        foreach (var job in jobs)
        {
            await Patience.UntilAsync(async () => await StateAsync(client, job) == "succeeded", $"{job} succeeded");
            Assert.NotEmpty(await client.GetByteArrayAsync(job + "/result", Cancel));
        }
    }

    [Fact]
    public async Task AServer_WithKeysInItsMemory_LeavesNoCoreDump()
    {
        using var data = new TemporaryFolder();
        await using var server = Start(data);
        var (client, _) = await ReadyAsync(server);
        client.Dispose();

        var limits = await File.ReadAllTextAsync($"/proc/{server.Id}/limits", Cancel);

        Assert.Matches(@"Max core file size\s+0\s+0\s", limits);
    }

    [Fact]
    public async Task AServer_WhoseRuntimeWouldDumpItsMemory_DoesNotStart()
    {
        using var data = new TemporaryFolder();

        var (exitCode, _, errors) = await MillraceProcess.RunAsync(
            Service.Arguments(data), environment: ("DOTNET_DbgEnableMiniDump", "1"));

        Assert.True(exitCode == 2, $"exit code {exitCode}: {errors}");
        Assert.Contains("unset it", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJob_WithAnEndpointOfTheTenantsOwn_IsToldOfSigned()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var data = new TemporaryFolder();
        data.Write("millrace.json", """
            {"Outbound": {"AllowHttp": true, "AllowedNetworks": ["127.0.0.1/32"]}}
            """u8.ToArray());
        await using var server = Start(data);
        var (client, line) = await ReadyAsync(server);
        using var _ = client;
        client.DefaultRequestHeaders.Authorization = new("Bearer", KeyText().Match(line).Value);
        var ear = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook";

        using var made = await client.PutAsJsonAsync("/v1/account/endpoints/ear", new { url = ear }, Cancel);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(Cancel));
        await Patience.UntilAsync(async () => await SubmitAsync(client) == HttpStatusCode.Accepted, "it was told of");
        using var caller = await listener.AcceptTcpClientAsync(Cancel).AsTask().WaitAsync(Patience.Longest, Cancel);
        using var reader = new StreamReader(caller.GetStream());

        var head = new StringBuilder();
        while (await reader.ReadLineAsync(Cancel) is { Length: > 0 } text) head.AppendLine(text);
        Assert.Contains("POST /hook", head.ToString(), StringComparison.Ordinal);
        Assert.Contains("webhook-signature: v1,", head.ToString(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> SubmitAsync(HttpClient client)
    {
        using var content = new ByteArrayContent(Photo);
        using var answer = await client.PostAsync("/v1/jobs?width=30&webhook=ear", content, Cancel);
        return answer.StatusCode;
    }

    private static async Task<string> AcceptedAsync(HttpClient client, string address)
    {
        using var content = new ByteArrayContent(Photo);
        using var answer = await client.PostAsync(address, content, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private static async Task<string?> StateAsync(HttpClient client, string job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, job);
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await client.SendAsync(request, Cancel);
        using var state = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return state.RootElement.GetProperty("state").GetString();
    }

    private static MillraceProcess Start(TemporaryFolder data, params string[] more) =>
        MillraceProcess.Start(["serve", "--urls", "http://127.0.0.1:0", "--data", data.Path, .. more]);

    private static async Task<(HttpClient Client, string Line)> ReadyAsync(MillraceProcess server)
    {
        await Patience.UntilAsync(
            () => server.HasExited || server.OutputText.Contains('\n', StringComparison.Ordinal), "it was ready");
        var match = Address().Match(server.OutputText);
        Assert.True(match.Success, $"It said: {server.OutputText} {server.Errors}");
        server.Kernels();
        return (new HttpClient { BaseAddress = new Uri(match.Value), Timeout = Patience.Longest }, server.OutputText);
    }

    private static async Task<HttpStatusCode> ConvertAsync(HttpClient client, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images:convert?width=50");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Content = new ByteArrayContent(Photo);
        using var answer = await client.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    // The operators' interface is not on the public port; the tenant's own is.
    private static async Task OwnThingsAsync(HttpClient client, string key)
    {
        foreach (var (path, expected) in new[]
        {
            ("/v1/account", HttpStatusCode.OK), ("/v1/account/keys", HttpStatusCode.OK),
            ("/openapi/account.json", HttpStatusCode.OK), ("/admin/v1/tenants", HttpStatusCode.NotFound),
            ("/feed/v1/digest", HttpStatusCode.NotFound),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var answer = await client.SendAsync(request, Cancel);
            Assert.Equal((path, expected), (path, answer.StatusCode));
        }
    }

    private static Task UntilAsync(HttpClient client, string key, HttpStatusCode expected) =>
        Patience.UntilAsync(async () => await ConvertAsync(client, key) == expected, $"the answer was {expected}");

    private static async Task<string> ShellAsync(TemporaryFolder data, params string[] arguments)
    {
        var (exitCode, output, errors) = await MillraceProcess.RunAsync([.. arguments, "--data", data.Path]);
        Assert.True(exitCode == 0, $"exit code {exitCode}: {errors}");
        return Encoding.UTF8.GetString(output);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();

    [GeneratedRegex("mr_[A-Za-z0-9]{36}")]
    private static partial Regex KeyText();

    [GeneratedRegex("key_[A-Za-z0-9]{16}")]
    private static partial Regex KeyId();

    [GeneratedRegex("t-[a-z0-9]{22}")]
    private static partial Regex TenantText();
}
