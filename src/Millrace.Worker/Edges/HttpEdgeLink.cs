using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Handover;
using Millrace.Core.Images;
using Millrace.Core.Tickets;

namespace Millrace.Worker.Edges;

/// <summary>
/// Reaches edges on other machines, as <see cref="HandoverWire"/> describes: a session with each whose tickets come,
/// and a pool of connections for the bytes. Safe for any number of threads.
/// </summary>
internal sealed partial class HttpEdgeLink : IEdgeLink, IAsyncDisposable
{
    private const int SessionTriesMax = 2;
    private static readonly TimeSpan GiveUpTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SecretTold = TimeSpan.FromMinutes(1);

    private readonly EdgeConnector _connector;
    private readonly WorkerSelf _self;
    private readonly EdgeClocks _clocks;
    private readonly EdgePaces _paces;
    private readonly ImageLimits _limits;
    private readonly EdgeLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EdgeLines _lines;
    private readonly Lock _lock = new();
    private long? _secretToldAt;

    /// <summary>A link without sessions; each is opened with the first ticket from its edge.</summary>
    public HttpEdgeLink(
        EdgeConnector connector, WorkerSelf self, EdgeClocks clocks, EdgePaces paces, ImageLimits limits,
        IOptions<EdgeLinkOptions> options, TimeProvider time, ILogger<HttpEdgeLink> logger)
    {
        (_connector, _self, _clocks, _paces, _limits) = (connector, self, clocks, paces, limits);
        (_options, _time, _logger) = (options.Value, time, logger);
        _lines = new EdgeLines(_options.EdgesMax, OpenAsync);
    }

    /// <inheritdoc/>
    public async Task<Fetched> FetchAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        if (_connector.Address(ticket.Source) is not { } address)
        {
            LogNoAddress(ticket.Id, ticket.Source);
            return new Fetched(FetchAnswer.Gone);
        }
        var asked = false;
        try
        {
            return await CallAsync(ticket, address, AskAsync, cancellationToken);
        }
        catch (Exception exception) when (asked && exception is IOException or OperationCanceledException)
        {
            // The edge may think that this worker has it.
            await GiveUpAsync(ticket);
            throw;
        }

        async Task<Fetched?> AskAsync(Uri edge, CancellationToken token)
        {
            asked = true;
            return await FetchOnceAsync(edge, ticket, token);
        }
    }

    /// <inheritdoc/>
    public ValueTask StartedAsync(Ticket ticket) =>
        _lines.Session(ticket.Source)?.SendAsync(SessionText.Started(ticket.Id)) ?? ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async Task<bool> DeliverAsync(
        Ticket ticket, ConversionOutcome outcome, CancellationToken cancellationToken)
    {
        if (_connector.Address(ticket.Source) is not { } address) return false;
        var taken = await CallAsync(
            ticket, address, (edge, token) => DeliverOnceAsync(edge, ticket, outcome, token), cancellationToken);
        return taken.IsTaken;
    }

    /// <inheritdoc/>
    public async ValueTask GiveUpAsync(Ticket ticket)
    {
        if (_connector.Address(ticket.Source) is not { } address) return;
        using var timeout = new CancellationTokenSource(GiveUpTimeout, _time);
        try
        {
            using var response = await _connector.SendAsync(
                address, HttpMethod.Delete, HandoverWire.SourcePath + ticket.Id.ToString("N"), null, timeout.Token);
            if (response.IsSuccessStatusCode) return;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // As when it answers otherwise.
        }
        LogNotGivenUp(ticket.Id, ticket.Source);

        // Its session lives perhaps, and then the edge takes this worker for busy with it until the caller's end.
        if (_lines.Session(ticket.Source) is { } session) await session.SendAsync(SessionText.Left(ticket.Id));
    }

    /// <summary>Closes all sessions.</summary>
    public ValueTask DisposeAsync() => _lines.DisposeAsync();

    /// <summary>Calls an edge within a session; when the edge does not know it, within another, once.</summary>
    /// <param name="ticket">Whose.</param>
    /// <param name="address">The edge.</param>
    /// <param name="call">Null when the edge knows no session of this worker.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    private async Task<T> CallAsync<T>(
        Ticket ticket, Uri address, Func<Uri, CancellationToken, Task<T?>> call, CancellationToken cancellationToken)
        where T : class
    {
        using var use = _lines.Use(ticket.Source, address);
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            for (var tries = 0; tries < SessionTriesMax; tries++)
            {
                var session = await use.Line.SessionAsync(linked.Token);
                if (await call(address, linked.Token) is { } answer) return answer;
                await use.Line.LoseAsync(session);
            }
        }
        catch (HttpRequestException exception)
        {
            throw new IOException($"The edge broke off: {exception.Message}", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The edge did not answer within {_options.RequestTimeout.TotalSeconds:0.###} s.");
        }
        throw new IOException("The edge does not know this worker's session, and did not know another.");
    }

    private async Task<Fetched?> FetchOnceAsync(Uri edge, Ticket ticket, CancellationToken cancellationToken)
    {
        var attempt = ticket.Attempt.ToString(CultureInfo.InvariantCulture) + (ticket.Hedge ? "h" : "");
        using var response = await _connector.SendAsync(
            edge, HttpMethod.Get, HandoverWire.SourcePath + ticket.Id.ToString("N"),
            request => request.Headers.TryAddWithoutValidation(HandoverWire.Attempt, attempt), cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => await SourceReading.ReadAsync(response, _limits, cancellationToken),
            HttpStatusCode.Gone => new Fetched(FetchAnswer.Gone),
            HttpStatusCode.Conflict => new Fetched(FetchAnswer.Taken),
            HttpStatusCode.TooManyRequests => new Fetched(FetchAnswer.Later),
            HttpStatusCode.PreconditionFailed => null,
            var status => throw Unexpected(ticket.Source, status),
        };
    }

    private async Task<Delivery?> DeliverOnceAsync(
        Uri edge, Ticket ticket, ConversionOutcome outcome, CancellationToken cancellationToken)
    {
        var timing = string.Create(
            CultureInfo.InvariantCulture,
            $"{(long)outcome.Timing.Converted.TotalMicroseconds},{outcome.Timing.Attempts}");
        using var response = await _connector.SendAsync(
            edge, HttpMethod.Post, HandoverWire.ResultPath + ticket.Id.ToString("N"),
            request =>
            {
                request.Content = new ResultContent(outcome);
                request.Headers.TryAddWithoutValidation(HandoverWire.Converted, timing);
            },
            cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.NoContent => new Delivery(true),
            HttpStatusCode.Gone => new Delivery(false),
            HttpStatusCode.PreconditionFailed => null,
            var status => throw Unexpected(ticket.Source, status),
        };
    }

    private async Task<EdgeSession> OpenAsync(EdgeLine line)
    {
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout * 2, _time);
        try
        {
            var session = await EdgeSession.OpenAsync(
                line.Address, _self.Identity, _connector, _options, pace => Heard(line.Source, pace), _time,
                timeout.Token);
            _clocks.Heard(line.Source, session.Welcomed);
            return session;
        }
        catch (EdgeRefusedSecretException)
        {
            TellOfSecret(line.Source);
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new IOException("The edge opened no session in time.");
        }
    }

    private void Heard(string edge, double? pace)
    {
        if (pace is { } told)
        {
            _paces.Tell(edge, told);
            return;
        }
        // Whoever answers there next may have been started with another clock.
        _clocks.Forget(edge);
        _paces.Forget(edge);
    }

    private IOException Unexpected(string edge, HttpStatusCode status)
    {
        if (status == HttpStatusCode.Unauthorized) TellOfSecret(edge);
        return new IOException($"The edge answered {(int)status}.");
    }

    private void TellOfSecret(string edge)
    {
        lock (_lock)
        {
            if (_secretToldAt is { } told && _time.GetElapsedTime(told) < SecretTold) return;
            _secretToldAt = _time.GetTimestamp();
        }
        LogSecretRefused(edge);
    }

    /// <summary>What came of a delivery.</summary>
    private sealed record Delivery(bool IsTaken);

    [LoggerMessage(2030, LogLevel.Error,
        "The edge {Edge} refuses this worker's secret: compare the files of both (told once a minute)")]
    private partial void LogSecretRefused(string edge);

    [LoggerMessage(2031, LogLevel.Warning, "Ticket {Ticket} is dropped: '{Source}' is no address that may be called")]
    private partial void LogNoAddress(Guid ticket, string source);

    [LoggerMessage(2032, LogLevel.Debug,
        "The claim on ticket {Ticket} could not be given up at {Edge}: the session is to say so")]
    private partial void LogNotGivenUp(Guid ticket, string edge);
}
