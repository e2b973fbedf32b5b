using Millrace.Core.Identity;

namespace Millrace.Identity.Copies;

/// <summary>The lines of a copy, without making each anew: one buffer, as long as the longest line.</summary>
internal sealed class CopyLines(Stream stream)
{
    private const int FirstBytes = 1 << 20;

    private byte[] _buffer = new byte[FirstBytes];
    private int _start;
    private int _end;

    /// <summary>The next line without its end, valid until the next call; false when no whole line is left.</summary>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = _buffer.AsSpan(_start, length);
                _start += length + 1;
                return true;
            }
            if (Fill()) continue;
            line = default;
            return false;
        }
    }

    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            if (_buffer.Length > IdentityText.BytesMax) return false;
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
