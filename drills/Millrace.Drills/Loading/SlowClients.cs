using System.Net.Sockets;
using System.Text;

namespace Millrace.Drills.Loading;

/// <summary>
/// Connections that take long on purpose: some say nothing, some send a header byte by byte, some a body with the key
/// of a tenant. Each is held until the edge ends it.
/// </summary>
internal sealed class SlowClients(IReadOnlyList<Uri> edges, string key, TimeProvider time)
{
    private const int Kinds = 3;
    private const int BodyBytes = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private int _open;
    private int _ended;

    /// <summary>Connections that were made.</summary>
    public int Opened { get; private set; }

    /// <summary>Connections that an edge has ended by itself.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Connections as they are now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Holds so many connections until told to stop.</summary>
    public Task HoldAsync(int count, CancellationToken stop)
    {
        Opened = count;
        return Task.WhenAll(Enumerable.Range(0, count).Select(number => HoldOneAsync(number, stop)));
    }

    private async Task HoldOneAsync(int number, CancellationToken stop)
    {
        var edge = edges[number / Kinds % edges.Count];
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(edge.Host, edge.Port, stop);
            Interlocked.Increment(ref _open);
            var ended = EndsAsync(client.GetStream(), stop);
            var begin = Encoding.ASCII.GetBytes(Begin(number % Kinds, edge));
            await client.GetStream().WriteAsync(begin, stop);
            while (!ended.IsCompleted)
            {
                if (number % Kinds > 0) await client.GetStream().WriteAsync("a"u8.ToArray(), stop);
                await Task.Delay(Pause, time, stop);
            }
            Interlocked.Increment(ref _ended);
        }
        catch (IOException)
        {
            Interlocked.Increment(ref _ended);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // It was not let in, or the drill is over.
        }
        Interlocked.Decrement(ref _open);
    }

    // What comes is read, so that an answer does not keep the edge waiting.
    private static async Task EndsAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, stop) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Ended all the same.
        }
    }

    private string Begin(int kind, Uri edge) => kind switch
    {
        0 => "",
        1 => $"POST /v1/images:convert?width=1 HTTP/1.1\r\nHost: {edge.Authority}\r\nX-Slow: ",
        _ => $"POST /v1/images:convert?width=1 HTTP/1.1\r\nHost: {edge.Authority}\r\nAuthorization: Bearer {key}\r\n"
            + $"Content-Length: {BodyBytes}\r\n\r\n",
    };
}
