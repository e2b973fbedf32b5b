using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Millrace.Drills.Loading;

/// <summary>
/// Clients that want edges' connections and memory for as long as they can: some say nothing, some send a header a
/// second and never end, some send a body of ten bytes a second. Whoever is cut off comes again.
/// </summary>
/// <param name="edges">Public addresses.</param>
/// <param name="key">Of the tenant that the slow bodies are of.</param>
/// <param name="time">Of their pauses.</param>
internal sealed class SlowClients(IReadOnlyList<Uri> edges, string key, TimeProvider time)
{
    private const string Line = "POST /v1/images:convert?width=100 HTTP/1.1\r\nHost: edge\r\n";
    private const int BodyBytes = 100_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private int _closed;
    private int _open;

    /// <summary>Connections that an edge has ended.</summary>
    public int Closed => Volatile.Read(ref _closed);

    /// <summary>Connections that are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Holds so many of each kind open at each edge until it is told to stop.</summary>
    public Task RunAsync(int ofEachKind, CancellationToken stop)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture, $"{Line}Authorization: Bearer {key}\r\nContent-Length: {BodyBytes}\r\n\r\n");
        (string First, string Then)[] kinds = [("", ""), (Line, "X-Slow: 1\r\n"), (head, "0123456789")];
        return Task.WhenAll(
            from edge in edges
            from kind in kinds
            from number in Enumerable.Range(0, ofEachKind)
            select HoldAsync(edge, kind.First, kind.Then, stop));
    }

    private async Task HoldAsync(Uri edge, string first, string then, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await OnceAsync(edge, Encoding.ASCII.GetBytes(first), Encoding.ASCII.GetBytes(then), stop);
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // Cut off, as it should be.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            Interlocked.Increment(ref _closed);
            await PauseAsync(stop);
        }
    }

    private async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Interval, time, stop);
        }
        catch (OperationCanceledException)
        {
            // Whoever holds on sees it.
        }
    }

    private async Task OnceAsync(Uri edge, byte[] first, byte[] then, CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Host, edge.Port, stop);
        Interlocked.Increment(ref _open);
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(first, stop);
            var answer = EndAsync(stream, stop);
            while (await Task.WhenAny(answer, Task.Delay(Interval, time, stop)) != answer)
                await stream.WriteAsync(then, stop);
            await answer;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    // An answer may come before the end; only the end is the edge's last word.
    private static async Task EndAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[1024];
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }
    }
}
