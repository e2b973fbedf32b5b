using System.Net.Sockets;
using System.Text;

namespace Millrace.Drills.Loading;

/// <summary>
/// A request whose length is told in two ways, with a second one in it that nobody sent: a balancer that believes one
/// of them, and an edge that believes the other, would make it a stranger's.
/// </summary>
internal static class SmuggledRequest
{
    private const string Chunks = "0\r\n\r\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Sends it.</summary>
    /// <returns>The statuses of all answers on that connection within 5 s.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<IReadOnlyList<string>> SendAsync(
        Uri edge, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Host, edge.Port, linked.Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Text(edge)), linked.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var statuses = new List<string>();
        try
        {
            while (await reader.ReadLineAsync(linked.Token) is { } line)
            {
                if (line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) statuses.Add(line.Split(' ')[1]);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The edge keeps the connection: what it has answered is all.
        }
        return statuses;
    }

    private static string Text(Uri edge)
    {
        var inner = $"GET /v1/service HTTP/1.1\r\nHost: {edge.Authority}\r\n\r\n";
        return $"POST /v1/images:convert?width=1 HTTP/1.1\r\nHost: {edge.Authority}\r\n"
            + $"Content-Length: {Chunks.Length + inner.Length}\r\nTransfer-Encoding: chunked\r\n\r\n{Chunks}{inner}";
    }
}
