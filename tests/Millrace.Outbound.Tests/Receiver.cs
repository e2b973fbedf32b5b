using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Outbound.Tests;

/// <summary>A server of somebody else's on a free loopback port.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _calls;

    private Receiver(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    public int Port => Address.Port;

    /// <summary>Requests that came.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Connections that came: a guard that works lets none come.</summary>
    public int Connections { get; private set; }

    public static async Task<Receiver> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Receiver? receiver = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            listen.Use(next => connection =>
            {
                receiver!.Connections++;
                return next(connection);
            })));
        var app = builder.Build();
        receiver = new Receiver(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref receiver._calls);
            return answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        receiver.Address = new Uri(app.Urls.Single());
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
