using System.Net.Sockets;
using System.Text;

namespace Millrace.Worker.Kernels;

/// <summary>
/// Drains a kernel's stderr, so that it never blocks on it, and keeps the last few KB for the log of its death.
/// </summary>
internal sealed class StderrTail
{
    private const int BytesMax = 4 * 1024;
    private readonly byte[] _tail = new byte[BytesMax];
    private readonly Lock _lock = new();
    private long _written;

    /// <summary>Reads until the kernel's end is closed, which its death does.</summary>
    public async Task DrainAsync(Socket errors)
    {
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = await errors.ReceiveAsync(buffer)) > 0)
            {
                Append(buffer.AsSpan(0, read));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Reset, or closed by us when the kernel was disposed: nothing more can come.
        }
    }

    /// <summary>What was last written, at most 4 KB.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            var length = (int)Math.Min(_written, BytesMax);
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
            {
                bytes[i] = _tail[(_written - length + i) % BytesMax];
            }
            return Encoding.UTF8.GetString(bytes).Trim();
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            foreach (var value in bytes)
            {
                _tail[_written++ % BytesMax] = value;
            }
        }
    }
}
