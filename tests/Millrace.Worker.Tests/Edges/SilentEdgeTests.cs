using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Handover;

namespace Millrace.Worker.Tests.Edges;

/// <summary>An edge that is alive and says nothing any more.</summary>
public sealed class SilentEdgeTests
{
    private const string WebSocketKeyword = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_WhosePingsAreNotAnswered_IsEnded()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var worker = new LinkedWorker(change: options => options with
        {
            PingInterval = TimeSpan.FromMilliseconds(50),
            PingTimeout = TimeSpan.FromMilliseconds(200),
            RequestTimeout = TimeSpan.FromSeconds(20),
        });
        var fetch = worker.Link.FetchAsync(LinkedWorker.Ticket($"http://{listener.LocalEndpoint}"), Cancel);
        using var session = await listener.AcceptTcpClientAsync(Cancel);

        await WelcomeAsync(session.GetStream());

        // The worker closes the connection, though nothing was closed here.
        await UntilClosedAsync(session.GetStream()).WaitAsync(Patience, Cancel);
        Assert.False(fetch.IsCompletedSuccessfully);
        listener.Stop();
        await Assert.ThrowsAnyAsync<IOException>(() => fetch);
    }

    private static async Task WelcomeAsync(NetworkStream stream)
    {
        var request = await ReadHeadAsync(stream);
        var key = request.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.Ordinal))
            .Split(':')[1].Trim();
        var accept = Convert.ToBase64String(Sha1(Encoding.ASCII.GetBytes(key + WebSocketKeyword)));
        var welcome = Encoding.UTF8.GetBytes(SessionText.Welcome(DateTimeOffset.UnixEpoch));
        var answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Accept: {accept}\r\n\r\n";
        const byte finalText = 0x81;
        await stream.WriteAsync(
            (byte[])[.. Encoding.ASCII.GetBytes(answer), finalText, (byte)welcome.Length, .. welcome], Cancel);
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var buffer = new byte[8192];
        var length = 0;
        string text;
        do
        {
            length += await stream.ReadAsync(buffer.AsMemory(length), Cancel);
            text = Encoding.ASCII.GetString(buffer, 0, length);
        }
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal));
        return text;
    }

    private static async Task UntilClosedAsync(NetworkStream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Cancel) > 0)
            {
                // Pings, which nobody answers.
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "RFC 6455 demands SHA-1.")]
    private static byte[] Sha1(byte[] bytes) => SHA1.HashData(bytes);
}
