using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Handover;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Serving;
using Millrace.Edge.Usage;

namespace Millrace.Edge.Internal;

/// <summary>
/// The internal listener: a Kestrel of its own, so that neither listener answers what is the other's, and so that it
/// outlives the public one at a stop: what is in flight there is finished by workers that must still get through here.
/// </summary>
internal sealed partial class InternalServer(
    SessionEndpoint session, SourceEndpoint source, ResultEndpoint result, OperatorEndpoints operators,
    EdgeAddress address, InternalAddresses addresses, IOptions<InternalOptions> options, TimeProvider time,
    ILoggerFactory logs, ILogger<InternalServer> log, UsageEndpoint? usage = null) : IHostedService, IAsyncDisposable
{
    private const string Prefix = "/internal/v1/";

    private WebApplication? _app;

    /// <summary>The addresses that are listened at; empty while there are none.</summary>
    public IReadOnlyCollection<string> Urls => [.. _app?.Urls ?? []];

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Urls.Length == 0) return;
        _app = Build();
        await _app.StartAsync(cancellationToken);
        var advertised = options.Value.Advertised;
        address.Source = advertised.Length > 0 ? advertised.TrimEnd('/') : _app.Urls.First();
        addresses.All = Urls;
        LogListening(string.Join(' ', _app.Urls), address.Source);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrel(server => InternalListener.Configure(server, options.Value));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, BlockPool>();

        // Its end is the outer host's to say: a signal must not end the sessions of workers whose results are awaited.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        var check = new BearerCheck(InternalFiles.Secret(options.Value), time, logs.CreateLogger<BearerCheck>());
        app.Use(next => context => check.HandleAsync(context, next));
        app.UseWebSockets(new WebSocketOptions
        {
            KeepAliveInterval = options.Value.PingInterval,
            KeepAliveTimeout = options.Value.PingTimeout,
        });
        app.UseRouting();
        Map(app);
        return app;
    }

    private void Map(WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.Map(HandoverWire.SessionPath, (RequestDelegate)(context => session.HandleAsync(context, stopping)));
        app.MapGet(HandoverWire.SourcePath + "{id}", (RequestDelegate)source.FetchAsync);
        app.MapDelete(HandoverWire.SourcePath + "{id}", (RequestDelegate)source.GiveUpAsync);
        app.MapPost(HandoverWire.ResultPath + "{id}", (RequestDelegate)result.HandleAsync);
        app.MapGet(Prefix + "poison", (RequestDelegate)operators.ListAsync);
        app.MapDelete(Prefix + "poison/{**fingerprint}", (RequestDelegate)operators.ReleaseAsync);
        app.MapGet(Prefix + "dead", (RequestDelegate)operators.ListDeadAsync);
        app.MapGet(Prefix + "status", (RequestDelegate)operators.StatusAsync);
        if (usage is not null) app.MapGet(Prefix + "usage", (RequestDelegate)usage.GetAnyAsync);
    }

    [LoggerMessage(3045, LogLevel.Information, "Workers are heard at {Urls}, and told to come to {Advertised}.")]
    private partial void LogListening(string urls, string advertised);

    /// <summary>Hears no signals.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
