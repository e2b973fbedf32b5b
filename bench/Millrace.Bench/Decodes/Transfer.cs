using System.Net.Sockets;

namespace Millrace.Bench.Decodes;

/// <summary>What it costs to give a source to a kernel once more.</summary>
internal static class Transfer
{
    /// <summary>Sends bytes from one end of a Unix socket to the other, both in this process.</summary>
    public static void Send(byte[] bytes)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        using var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        one.Connect(new UnixDomainSocketEndPoint(path));
        using var other = listener.Accept();
        var reading = new Thread(() => Receive(other, new byte[bytes.Length]));
        reading.Start();
        one.Send(bytes);
        reading.Join();
        File.Delete(path);
    }

    private static void Receive(Socket socket, byte[] into)
    {
        for (var read = 0; read < into.Length;) read += socket.Receive(into.AsSpan(read));
    }
}
