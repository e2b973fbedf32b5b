using System.Net.Sockets;
using System.Text;

namespace Millrace.Edge.Tests;

/// <summary>Writes bytes to a server as no HTTP library would, and reads what comes until the server closes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;

    private RawClient(TcpClient connected) => (_tcp, _stream) = (connected, connected.GetStream());

    public static Task<RawClient> ConnectAsync(EdgeServer server) => ConnectAsync(server.Address);

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return new RawClient(tcp);
    }

    public ValueTask SendAsync(string text) =>
        _stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    public void EndSending() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Everything up to the end of the connection; a reset is an end too.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(EdgeServer.Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer, patience.Token) is > 0 and var read)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
        }
        return text.ToString();
    }

    public void Dispose() => _tcp.Dispose();
}
