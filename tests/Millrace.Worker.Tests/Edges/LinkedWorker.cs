using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Worker.Edges;

namespace Millrace.Worker.Tests.Edges;

/// <summary>The composed link of a worker, without kernels.</summary>
internal sealed class LinkedWorker : IAsyncDisposable
{
    private readonly string _secretPath = Path.GetTempFileName();
    private readonly ServiceProvider _services;

    public LinkedWorker(
        string secret = WireEdge.Secret, Func<EdgeLinkOptions, EdgeLinkOptions>? change = null, long bytesMax = 1000)
    {
        File.WriteAllText(_secretPath, secret + "\n");
        var options = new EdgeLinkOptions { SecretPath = _secretPath, ConnectTimeout = TimeSpan.FromSeconds(10) };
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddSingleton(new ImageLimits { BytesMax = bytesMax });
        services.AddKernelPool().AddWorkerLeases().AddHttpEdgeLink();
        services.AddSingleton(Options.Create(change?.Invoke(options) ?? options));
        _services = services.BuildServiceProvider();
    }

    public IEdgeLink Link => _services.GetRequiredService<IEdgeLink>();

    public EdgePaces Paces => _services.GetRequiredService<EdgePaces>();

    public EdgeClocks Clocks => _services.GetRequiredService<EdgeClocks>();

    public WorkerIdentity Identity => _services.GetRequiredService<WorkerSelf>().Identity;

    public RecordingLog Log { get; } = new();

    public static Ticket Ticket(string source, bool hedge = false) => new()
    {
        Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
        Tenant = "tenant",
        Lane = Lane.Interactive,
        Cell = 0,
        Transform = "width=100",
        Source = source,
        ContentHash = new string('0', 64),
        Attempt = 2,
        Hedge = hedge,
        Deadline = DateTimeOffset.UnixEpoch.AddYears(50).AddHours(1),
    };

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        File.Delete(_secretPath);
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(int Event, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => Lines.Enqueue((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }
}
