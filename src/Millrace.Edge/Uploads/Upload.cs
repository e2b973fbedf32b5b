namespace Millrace.Edge.Uploads;

/// <summary>The bytes that came with one request. Disposing it gives the arrays back.</summary>
internal sealed class Upload : IDisposable
{
    private readonly HashedBuffer _source;
    private readonly HashedBuffer? _watermark;

    /// <summary>Takes over both buffers.</summary>
    public Upload(HashedBuffer source, HashedBuffer? watermark)
    {
        _source = source;
        _watermark = watermark;
        SourceHash = source.Hash();
        WatermarkHash = watermark?.Hash();
    }

    /// <summary>The image.</summary>
    public ReadOnlyMemory<byte> Source => _source.Bytes;

    /// <summary>SHA-256 of <see cref="Source"/>.</summary>
    public byte[] SourceHash { get; }

    /// <summary>The watermark; empty when none came.</summary>
    public ReadOnlyMemory<byte> Watermark => _watermark?.Bytes ?? default;

    /// <summary>SHA-256 of <see cref="Watermark"/>; null when none came.</summary>
    public byte[]? WatermarkHash { get; }

    /// <summary>
    /// Leaves the arrays to the garbage collector: a conversion that was given up may still be reading them.
    /// </summary>
    public void Abandon()
    {
        _source.Abandon();
        _watermark?.Abandon();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _watermark?.Dispose();
    }
}
