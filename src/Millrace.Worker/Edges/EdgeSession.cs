using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Millrace.Core.Handover;

namespace Millrace.Worker.Edges;

/// <summary>
/// One WebSocket to one edge. While it lives the edge takes this worker for alive; it ends when the edge is silent,
/// closes it, or has no tickets for long. Safe for any number of threads.
/// </summary>
internal sealed class EdgeSession : IAsyncDisposable
{
    private const int MessageBytesMax = 4 * SessionText.LengthMax;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _received = new byte[MessageBytesMax];
    private readonly EdgeLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end;
    private volatile bool _ended;
    private Task _listening = Task.CompletedTask;

    private EdgeSession(EdgeLinkOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _end = new CancellationTokenSource(options.IdleTimeout, time);
    }

    /// <summary>Whether it lives, as far as is known here.</summary>
    public bool IsOpen => !_ended;

    /// <summary>The edge's clock at its welcome.</summary>
    public DateTimeOffset Welcomed { get; private set; }

    /// <summary>Opens a session: hello, welcome.</summary>
    /// <param name="edge">Its address.</param>
    /// <param name="self">Said in the hello.</param>
    /// <param name="connector">Makes the connection.</param>
    /// <param name="options">Pings and times.</param>
    /// <param name="told">Called with each pace that the edge tells, and with null once when the session ends.</param>
    /// <param name="time">For the times.</param>
    /// <param name="cancellationToken">Gives up; nothing is left open.</param>
    /// <exception cref="IOException">The edge cannot be reached, refuses the secret, or says no welcome.</exception>
    public static async Task<EdgeSession> OpenAsync(
        Uri edge, WorkerIdentity self, EdgeConnector connector, EdgeLinkOptions options, Action<double?> told,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var session = new EdgeSession(options, time);
        try
        {
            await session.ConnectAsync(edge, connector, cancellationToken);
            await session.GreetAsync(self, cancellationToken);
        }
        catch (Exception exception)
        {
            session._ended = true;
            session._socket.Dispose();
            if (exception is WebSocketException or HttpRequestException) throw session.Unopened(exception);
            throw;
        }
        session._listening = session.ListenAsync(told);
        return session;
    }

    /// <summary>A ticket of this edge is in hand: the session is kept.</summary>
    public void Keep()
    {
        if (!_ended) _end.CancelAfter(_options.IdleTimeout);
    }

    /// <summary>
    /// Sends a message; returns once the system has it, so that it is heard even if this process dies the next moment.
    /// Does nothing when the session has ended.
    /// </summary>
    public async ValueTask SendAsync(string message)
    {
        using var timeout = new CancellationTokenSource(_options.PingTimeout, _time);
        try
        {
            await SendAsync(message, timeout.Token);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The edge sees the session end, and takes this worker for lost.
            _ended = true;
        }
    }

    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(CloseTimeout, _time);
        try
        {
            if (!_ended) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // It is closed the other way.
        }
        await _end.CancelAsync();
        await _listening;
        _socket.Dispose();
    }

    private async Task ConnectAsync(Uri edge, EdgeConnector connector, CancellationToken cancellationToken)
    {
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.KeepAliveInterval = _options.PingInterval;
        _socket.Options.KeepAliveTimeout = _options.PingTimeout;
        _socket.Options.SetRequestHeader("Authorization", connector.Secret.Authorization);
        var scheme = edge.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        var address = new UriBuilder(new Uri(edge, HandoverWire.SessionPath)) { Scheme = scheme }.Uri;
        await _socket.ConnectAsync(address, connector.Sessions, cancellationToken);
    }

    private async Task GreetAsync(WorkerIdentity self, CancellationToken cancellationToken)
    {
        await SendAsync(SessionText.Hello(self), cancellationToken);
        Welcomed = await ReceiveAsync(cancellationToken) is { } text && SessionText.ReadWelcome(text) is { } now
            ? now
            : throw new IOException("The edge said no welcome.");
    }

    private async Task SendAsync(string message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(
                Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ListenAsync(Action<double?> told)
    {
        try
        {
            // Messages of a newer edge are none that this build must understand.
            while (await ReceiveAsync(_end.Token) is { } text)
            {
                if (SessionText.ReadPace(text) is { } pace) told(pace);
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // Lost, or idle for long.
        }
        _ended = true;
        _socket.Abort();
        told(null);
    }

    /// <returns>Null when the edge closed the session, or sent what no edge sends.</returns>
    private async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        for (var length = 0; length < _received.Length;)
        {
            var part = await _socket.ReceiveAsync(_received.AsMemory(length), cancellationToken);
            if (part.MessageType != WebSocketMessageType.Text) return null;
            length += part.Count;
            if (part.EndOfMessage) return Encoding.UTF8.GetString(_received, 0, length);
        }
        return null;
    }

    [SuppressMessage("Performance", "CA1822", Justification = "It reads what the socket collected.")]
    private IOException Unopened(Exception exception) => _socket.HttpStatusCode == HttpStatusCode.Unauthorized
        ? new EdgeRefusedSecretException()
        : new IOException($"The edge opens no session: {exception.Message}", exception);

    private static bool IsEnd(Exception exception) =>
        exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException;
}

/// <summary>An edge does not take this worker's secret.</summary>
internal sealed class EdgeRefusedSecretException() : IOException("The edge refuses this worker's secret.");
