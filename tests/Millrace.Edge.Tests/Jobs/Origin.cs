using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Edge.Tests.Jobs;

/// <summary>A server of a tenant's own, from which images are fetched.</summary>
internal sealed class Origin : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Origin(WebApplication app) => _app = app;

    /// <summary>What lets an edge dial it.</summary>
    public static (string Key, string Value)[] Loopback =>
        [("Outbound:AllowHttp", "true"), ("Outbound:AllowedNetworks:0", "127.0.0.1/32")];

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<Origin> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Origin(app);
    }

    /// <summary>A text with its port in place of <c>{0}</c>.</summary>
    public string Of(string text) =>
        text.Replace("{0}", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
