using System.Buffers;
using System.IO.Pipelines;
using Millrace.Core.Identity;

namespace Millrace.Identity.Feed;

/// <summary>Takes texts out of a stream, one a line, each of at most <see cref="IdentityText.BytesMax"/>.</summary>
internal sealed class LineReader(Stream stream)
{
    private readonly PipeReader _pipe = PipeReader.Create(stream, new(leaveOpen: true));

    /// <summary>The next text; null when the stream ends. The last needs no line's end.</summary>
    /// <exception cref="InvalidDataException">A line is longer.</exception>
    /// <exception cref="IOException">The stream broke off.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _pipe.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
                return Take(buffer.Slice(0, end), buffer.GetPosition(1, end));
            if (buffer.Length > IdentityText.BytesMax) throw TooLong();
            if (read.IsCompleted) return buffer.IsEmpty ? null : Take(buffer, buffer.End);
            _pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private byte[] Take(ReadOnlySequence<byte> line, SequencePosition next)
    {
        if (line.Length > IdentityText.BytesMax) throw TooLong();
        var text = line.ToArray();
        _pipe.AdvanceTo(next);
        return text;
    }

    private static InvalidDataException TooLong() => new($"a line has more than {IdentityText.BytesMax} bytes");
}
