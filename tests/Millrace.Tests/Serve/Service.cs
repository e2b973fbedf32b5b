using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Millrace.Tests.Serve;

/// <summary>A served millrace on a free port, with settings of its own.</summary>
internal sealed partial class Service : IAsyncDisposable
{
    private readonly TemporaryFolder _data;

    private Service(TemporaryFolder data, MillraceProcess process) => (_data, Process) = (data, process);

    public MillraceProcess Process { get; private set; }

    public TemporaryFolder Data => _data;

    public HttpClient Client { get; private set; } = null!;

    public Uri Address => Client.BaseAddress!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static IReadOnlyList<string> Arguments(TemporaryFolder data) =>
        ["serve", "--urls", "http://127.0.0.1:0", "--data", data.Path, "--open"];

    public static async Task<Service> StartAsync(
        string settings = "{}", params (string Name, string Value)[] environment)
    {
        var data = new TemporaryFolder();
        data.Write("millrace.json", Encoding.UTF8.GetBytes(settings));
        var service = new Service(data, MillraceProcess.Start(Arguments(data), environment));
        try
        {
            await service.ReadyAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async Task<HttpResponseMessage> ConvertAsync(
        byte[] image, string query = "width=100&format=webp", string tenant = "open")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/images:convert?{query}")
        {
            Content = new ByteArrayContent(image),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.ExpectContinue = true;
        request.Headers.Add("Millrace-Tenant", tenant);
        return await Client.SendAsync(request, Cancel);
    }

    /// <summary>The bytes of a conversion that must succeed.</summary>
    public async Task<byte[]> BytesAsync(byte[] image, string query = "width=100&format=webp")
    {
        using var response = await ConvertAsync(image, query);
        var bytes = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(bytes));
        return bytes;
    }

    /// <summary>The status and code of a conversion that must fail.</summary>
    public async Task<(int Status, string Code)> ProblemAsync(
        byte[] image, string query = "width=100&format=webp", string tenant = "open")
    {
        using var response = await ConvertAsync(image, query, tenant);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
        var type = problem.RootElement.GetProperty("type").GetString()!;
        return ((int)response.StatusCode, type["urn:millrace:problem:".Length..]);
    }

    public async Task<TcpClient> ConnectAsync()
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(Address.Host, Address.Port, Cancel);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await Process.DisposeAsync();
        _data.Dispose();
    }

    /// <summary>Kills the process as nothing else can, and starts another on the same data.</summary>
    public async Task KillAndRestartAsync()
    {
        await Process.DisposeAsync();
        Client.Dispose();
        Process = MillraceProcess.Start(Arguments(_data));
        await ReadyAsync();
    }

    private async Task ReadyAsync()
    {
        await Patience.UntilAsync(
            () => Process.HasExited || Process.OutputText.Contains('\n', StringComparison.Ordinal), "it was ready");
        var match = ReadyLine().Match(Process.OutputText);
        Assert.True(match.Success, $"It said: {Process.OutputText} {Process.Errors}");
        Client = new HttpClient { BaseAddress = new Uri(match.Groups[1].Value), Timeout = Patience.Longest };
        Process.Kernels();
    }

    [GeneratedRegex(@"^millrace is ready: curl .* '(http://127\.0\.0\.1:\d+)/v1/images:convert")]
    private static partial Regex ReadyLine();
}
