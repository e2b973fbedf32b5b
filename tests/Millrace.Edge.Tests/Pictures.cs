using System.Buffers.Binary;
using System.Net.Http.Headers;

namespace Millrace.Edge.Tests;

/// <summary>
/// Encoded images made in the test: only their headers need to be true, as nothing here decodes pixels.
/// </summary>
internal static class Pictures
{
    /// <summary>A PNG that claims these sides, with filler after its header that makes it as long as asked.</summary>
    public static byte[] Png(int width = 40, int height = 30, int bytes = 200)
    {
        var picture = new byte[bytes];
        ReadOnlySpan<byte> start =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
        start.CopyTo(picture);
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(20), height);
        ReadOnlySpan<byte> kind = [8, 2, 0, 0, 0];
        kind.CopyTo(picture.AsSpan(24));
        // One IDAT chunk as long as the rest of the file, less its own frame.
        BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(33), bytes - 33 - 12);
        "IDAT"u8.CopyTo(picture.AsSpan(37));
        return picture;
    }

    public static ByteArrayContent Body(byte[]? picture = null, string? type = "application/octet-stream")
    {
        var content = new ByteArrayContent(picture ?? Png());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    /// <summary>A body that does not tell its length.</summary>
    public static StreamContent Chunked(byte[] picture) => new(new LengthlessStream(picture));

    /// <summary>A multipart form of these fields.</summary>
    public static MultipartFormDataContent Form(params (string Name, byte[] Bytes)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in fields) form.Add(new ByteArrayContent(bytes), name, name + ".bin");
        return form;
    }

    private sealed class LengthlessStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
