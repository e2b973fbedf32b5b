using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Core.Identity;

namespace Millrace.Management.Tests;

/// <summary>Management on a real Kestrel on a free loopback port.</summary>
internal sealed class ManagementServer : IAsyncDisposable
{
    public const string Secret = "a-secret-of-the-whole-cluster";
    public const string Owner = "an-owner-of-this-one-machine";

    private readonly string _folder;

    private ManagementServer(WebApplication app, string folder)
    {
        (App, _folder) = (app, folder);
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public string SecretFile => Path.Combine(_folder, "secret");

    public static async Task<ManagementServer> StartAsync(
        IIdentityFeed? feed = null, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-management-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), Secret + "\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "owner"), Owner + "\n");
        builder.Configuration.AddInMemoryCollection(settings
            .Prepend(("Management:Callers:SecretFile", Path.Combine(folder, "secret")))
            .Prepend(("Management:Callers:OwnerFile", Path.Combine(folder, "owner")))
            .Prepend(("Management:Callers:WrongAtOnce", "1000"))
            .GroupBy(each => each.Item1).ToDictionary(each => each.Key, each => (string?)each.Last().Item2));
        if (feed is not null) builder.Services.AddSingleton(feed);
        builder.Services.AddManagementHttp(7);
        var app = builder.Build();
        app.MapManagement();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ManagementServer(app, folder);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string token) =>
        SendAsync(HttpMethod.Get, path, token);

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token, HttpContent? body = null, string? match = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (match is not null) request.Headers.TryAddWithoutValidation("If-Match", match);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(TestContext.Current.CancellationToken);
        await App.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
