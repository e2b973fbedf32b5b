using System.Net.Sockets;
using System.Text;

namespace Millrace.Drills.Loading;

/// <summary>
/// Requests whose length can be read in two ways, each with another request hidden in it: whoever answers both has let
/// the second one pass what stands before it. Not among them: a length with a plus sign, which Kestrel 10 reads as a
/// number before anybody can look at it (docs/guarantees.md).
/// </summary>
internal static class SmuggledRequests
{
    private const string KeyMark = "KEY";
    private const string Line =
        $"POST /v1/images:convert?width=100 HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer {KeyMark}\r\n";

    private const string Hidden = "GET /v1/service HTTP/1.1\r\nHost: edge\r\n\r\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Name and bytes of each.</summary>
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
    [
        ("length and chunks", $"{Line}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("chunks and length", $"{Line}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{Hidden}"),
        ("two lengths", $"{Line}Content-Length: 0\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"),
        ("a length that is no number", $"{Line}Content-Length: 0x0\r\n\r\n{Hidden}"),
        ("a list of lengths", $"{Line}Content-Length: 0, {Hidden.Length}\r\n\r\n{Hidden}"),
        ("chunks by another name", $"{Line}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("chunks twice", $"{Line}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a space before the colon", $"{Line}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a folded header", $"{Line}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a chunk's size with a sign", $"{Line}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{Hidden}"),
    ];

    /// <summary>Sends one and reads until the edge closes, or says nothing for 15 s.</summary>
    /// <param name="edge">Public address.</param>
    /// <param name="key">Of a tenant.</param>
    /// <param name="text">One of <see cref="All"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Status of each answer.</returns>
    public static async Task<IReadOnlyList<string>> AnswersAsync(
        Uri edge, string key, string text, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Host, edge.Port, limit.Token);
        var stream = client.GetStream();
        var bytes = Encoding.ASCII.GetBytes(text.Replace(KeyMark, key, StringComparison.Ordinal));
        await stream.WriteAsync(bytes, limit.Token);
        var (buffer, said) = (new byte[4096], new StringBuilder());
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
                said.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        const string version = "HTTP/1.1 ";
        return [.. said.ToString().Split(version).Skip(1).Select(answer => answer.Split(' ', '\r')[0])];
    }
}
