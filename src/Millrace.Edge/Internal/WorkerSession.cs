using System.Net.WebSockets;
using System.Text;
using Millrace.Core.Handover;

namespace Millrace.Edge.Internal;

/// <summary>One WebSocket of a worker: text messages, as <see cref="SessionText"/> has them.</summary>
internal sealed class WorkerSession(WebSocket socket, InternalOptions options, TimeProvider time)
{
    private const double PaceChange = 0.05;

    private readonly byte[] _buffer = new byte[SessionText.LengthMax];

    /// <summary>Waits for the worker's hello, and welcomes it.</summary>
    /// <returns>Null when something else came, or nothing in time.</returns>
    public async Task<WorkerIdentity?> HelloAsync(CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(options.HelloTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            if (await ReceiveAsync(linked.Token) is not { } text || SessionText.ReadHello(text) is not { } worker)
                return null;
            await SendAsync(SessionText.Welcome(time.GetUtcNow()), linked.Token);
            return worker;
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            return null;
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Abort() => socket.Abort();

    /// <summary>Hears the worker and tells it its pace until the session ends.</summary>
    /// <param name="heard">What the worker says of tickets.</param>
    /// <param name="pace">The worker's pace now.</param>
    /// <param name="stopping">This edge stops.</param>
    /// <returns>How it ended.</returns>
    public async Task<SessionEnd> RunAsync(SessionEars heard, Func<double?> pace, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var telling = TellPaceAsync(pace, over.Token);
        try
        {
            return await HearAsync(heard, over.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return SessionEnd.Orderly("This edge stops.");
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            return SessionEnd.Broken(exception.Message);
        }
        finally
        {
            await over.CancelAsync();
            await telling;
            // What remains of the handshake of closing may not hold anybody up: a worker that reads sees the end.
            socket.Abort();
        }
    }

    private async Task<SessionEnd> HearAsync(SessionEars heard, CancellationToken over)
    {
        while (await ReceiveAsync(over) is { } text)
        {
            if (SessionText.ReadStarted(text) is { } started) heard.Started(started);
            else if (SessionText.ReadLeft(text) is { } left) heard.Left(left);
            else return SessionEnd.Broken("It said what no worker says.");
        }
        return socket.CloseStatus is null
            ? SessionEnd.Broken("It said what no worker says.")
            : SessionEnd.Orderly("It closed it.");
    }

    private async Task TellPaceAsync(Func<double?> pace, CancellationToken over)
    {
        using var timer = new PeriodicTimer(options.PaceInterval, time);
        var told = 0d;
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                if (pace() is not { } now || Math.Abs(now - told) < PaceChange) continue;
                await SendAsync(SessionText.Pace(now), over);
                told = now;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // Whoever hears the worker sees the same end.
        }
    }

    private Task SendAsync(string text, CancellationToken cancellationToken) => socket.SendAsync(
        Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <returns>Null at the end, and for what is longer than a message may be or no text.</returns>
    private async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        while (length < _buffer.Length)
        {
            var part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (part.MessageType != WebSocketMessageType.Text) return null;
            length += part.Count;
            if (part.EndOfMessage) return Encoding.UTF8.GetString(_buffer, 0, length);
        }
        return null;
    }
}

/// <summary>What a worker says of tickets in its session.</summary>
/// <param name="Started">A kernel of it gets the ticket's image.</param>
/// <param name="Left">It has not the ticket any more.</param>
internal readonly record struct SessionEars(Action<Guid> Started, Action<Guid> Left);

/// <summary>How a session ended.</summary>
/// <param name="Reason">One sentence for the operator.</param>
/// <param name="IsOrderly">Whether the worker closed it, or this edge stops: no death then.</param>
internal readonly record struct SessionEnd(string Reason, bool IsOrderly)
{
    /// <summary>In order.</summary>
    public static SessionEnd Orderly(string reason) => new(reason, true);

    /// <summary>By a death, a silence or a breach.</summary>
    public static SessionEnd Broken(string reason) => new(reason, false);
}
