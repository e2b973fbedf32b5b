using System.Buffers;
using System.Security.Cryptography;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Uploads;

/// <summary>
/// Bytes of one image, read from a stream into a rented array that doubles as they come, and hashed on the way. The
/// gate is asked before each growth, so that a body without Content-Length cannot hold more than was granted.
/// </summary>
internal sealed class HashedBuffer : IDisposable
{
    /// <summary>First array of a body that does not tell its length.</summary>
    public const int FirstBytes = 64 * 1024;

    /// <summary>Largest first array, whatever Content-Length promises: a promise costs the client nothing.</summary>
    private const int FirstBytesMax = 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly long _bytesMax;
    private readonly long _bytesExpectedMax;
    private byte[] _array;
    private int _length;

    /// <summary>An empty buffer.</summary>
    /// <param name="bytesMax">Most bytes to take.</param>
    /// <param name="bytesExpected">No more can come, by Content-Length; null when it says nothing.</param>
    public HashedBuffer(long bytesMax, long? bytesExpected)
    {
        _bytesMax = bytesMax;
        _bytesExpectedMax = Math.Min(bytesMax, bytesExpected ?? bytesMax);
        // One byte more than expected, so that the read that finds the end needs no larger array.
        var first = Math.Min(_bytesExpectedMax + 1, bytesExpected is null ? FirstBytes : FirstBytesMax);
        _array = ArrayPool<byte>.Shared.Rent((int)Math.Max(first, 1));
    }

    /// <summary>What was read; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _array.AsMemory(0, _length);

    /// <summary>SHA-256 of what was read; ends the hashing, so ask once and last.</summary>
    public byte[] Hash() => _hash.GetHashAndReset();

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="body">The stream.</param>
    /// <param name="heldBefore">Bytes that other buffers of the same request hold.</param>
    /// <param name="admitted">The request's grant.</param>
    /// <param name="cancellationToken">Ends the reading; the buffer is then of no use but to dispose.</param>
    /// <returns>Null at the end of the stream; otherwise why reading stopped before.</returns>
    public async ValueTask<Problem?> FillAsync(
        Stream body, long heldBefore, Admitted admitted, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length > _bytesMax) return TooManyBytes(_bytesMax);
            if (_length == _array.Length && Grow(heldBefore, admitted) is { } full) return full;
            var read = await body.ReadAsync(_array.AsMemory(_length), cancellationToken);
            if (read == 0) return null;
            _hash.AppendData(_array, _length, read);
            _length += read;
        }
    }

    /// <summary>The answer to a body over the limit.</summary>
    public static Problem TooManyBytes(long bytesMax) =>
        Problem.Of(ProblemKinds.TooManyBytes, $"At most {bytesMax} bytes are allowed.") with { Closes = true };

    /// <summary>Lets go of the array without giving it back, for when somebody may still be reading it.</summary>
    public void Abandon() => _array = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        Abandon();
    }

    private Problem? Grow(long heldBefore, Admitted admitted)
    {
        var size = Math.Min(2L * _array.Length, _bytesExpectedMax + 1);
        if (admitted.Hold(heldBefore + Math.Min(size, _bytesExpectedMax)) is { } full) return full;
        var larger = ArrayPool<byte>.Shared.Rent((int)size);
        Bytes.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
        return null;
    }
}
