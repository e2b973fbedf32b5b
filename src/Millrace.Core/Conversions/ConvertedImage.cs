using Millrace.Core.Images;

namespace Millrace.Core.Conversions;

/// <summary>A converted image. Dispose it once its bytes have been sent: they stand in a rented buffer.</summary>
/// <param name="Bytes">The encoded result; valid until disposed.</param>
/// <param name="Format">Its format.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels of one frame.</param>
/// <param name="Frames">At least 1.</param>
/// <param name="Source">What the kernel found the source to be.</param>
/// <param name="Release">Gives the buffer back; called once.</param>
public sealed record ConvertedImage(
    ReadOnlyMemory<byte> Bytes,
    ImageFormat Format,
    int Width,
    int Height,
    int Frames,
    ImageHeader Source,
    Action? Release) : IDisposable
{
    private int _released;
    private int _holders = 1;

    /// <summary>
    /// The same bytes for a second holder: they are given back once both have disposed theirs. Called before this one
    /// is disposed.
    /// </summary>
    public ConvertedImage Share()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _released) != 0, this);
        Interlocked.Increment(ref _holders);
        return new ConvertedImage(Bytes, Format, Width, Height, Frames, Source, Leave);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0) Release?.Invoke();
    }
}
