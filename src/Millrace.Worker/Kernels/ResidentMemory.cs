using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Worker.Kernels;

/// <summary>Reads a process's resident memory from /proc, through one open file.</summary>
internal sealed class ResidentMemory : IDisposable
{
    private readonly SafeFileHandle? _statm;

    public ResidentMemory(int processId)
    {
        try
        {
            _statm = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/statm"));
        }
        catch (IOException)
        {
            // Dead already; what holds it will notice.
        }
    }

    /// <summary>Bytes; 0 when the process is gone.</summary>
    public long Read()
    {
        if (_statm is null || _statm.IsClosed) return 0;
        try
        {
            Span<byte> bytes = stackalloc byte[128];
            var text = bytes[..RandomAccess.Read(_statm, bytes, fileOffset: 0)];
            var fields = Encoding.ASCII.GetString(text).Split(' ');
            return fields.Length > 1
                ? long.Parse(fields[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize
                : 0;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }

    public void Dispose() => _statm?.Dispose();
}
