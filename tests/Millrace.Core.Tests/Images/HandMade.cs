namespace Millrace.Core.Tests.Images;

/// <summary>The smallest files that a probe takes for an image of each format, and lies of every size.</summary>
internal static class HandMade
{
    /// <summary>A JPEG with a frame header and as many empty scans.</summary>
    public static Draft Jpeg(int width, int height, byte frame = 0xC0, int scans = 1) =>
        new Draft().Raw(0xFF, 0xD8).Raw(JpegFrame(width, height, frame)).Repeat(scans, JpegScan).Raw(0xFF, 0xD9);

    public static Draft JpegFrame(int width, int height, byte frame = 0xC0) =>
        new Draft().Raw(0xFF, frame).U16(11).Raw(8).U16(height).U16(width).Raw(1, 1, 0x11, 0);

    public static byte[] JpegScan { get; } = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xFF, 0, 0x34];

    public static Draft Png(long width, long height, byte interlace = 0) =>
        new Draft().Raw(0x89).Text("PNG\r\n\u001a\n").U32(13).Text("IHDR").U32(width).U32(height)
            .Raw(8, 2, 0, 0, interlace).U32(0);

    /// <summary>A WebP of these chunks.</summary>
    public static Draft Webp(params ReadOnlySpan<byte[]> chunks)
    {
        var file = new Draft(littleEndian: true).Text("RIFF").U32(0).Text("WEBP");
        foreach (var chunk in chunks) file.Raw(chunk);
        return file;
    }

    public static byte[] Chunk(string kind, ReadOnlySpan<byte> body)
    {
        var chunk = new Draft(littleEndian: true).Text(kind).U32(body.Length).Raw(body);
        return body.Length % 2 == 0 ? chunk : chunk.Raw(0);
    }

    public static byte[] WebpLossy(int width, int height, byte tag = 0) =>
        Chunk("VP8 ", new Draft(littleEndian: true).Raw(tag, 0, 0, 0x9D, 0x01, 0x2A).U16(width).U16(height));

    public static byte[] WebpLossless(int width, int height) =>
        Chunk("VP8L", new Draft(littleEndian: true).Raw(0x2F).U32((uint)(width - 1) | ((uint)(height - 1) << 14)));

    public static byte[] WebpCanvas(int width, int height, byte flags) =>
        Chunk("VP8X", new Draft(littleEndian: true).Raw(flags, 0, 0, 0)
            .U16(width - 1).Raw((byte)((width - 1) >> 16)).U16(height - 1).Raw((byte)((height - 1) >> 16)));

    /// <summary>The screen of a GIF, without a palette.</summary>
    public static Draft GifScreen(int width, int height) =>
        new Draft(littleEndian: true).Text("GIF89a").U16(width).U16(height).Raw(0, 0, 0);

    public static byte[] GifFrame(int left, int top, int width, int height, byte flags = 0) =>
        new Draft(littleEndian: true).Raw(0x2C).U16(left).U16(top).U16(width).U16(height).Raw(flags)
            .Raw(new byte[(flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1)]).Raw(2, 2, 0x4C, 0x01, 0);

    /// <summary>A TIFF of these pages, one after another; the last one's successor is given.</summary>
    public static Draft Tiff(bool littleEndian, int pages, long width, long height, bool wide, long last = 0)
    {
        const int pageSize = 2 + (2 * 12) + 4;
        var file = new Draft(littleEndian).Text(littleEndian ? "II" : "MM").U16(42).U32(8);
        for (var page = 1; page <= pages; page++)
        {
            file.U16(2).Raw(TiffEntry(littleEndian, 256, width, wide)).Raw(TiffEntry(littleEndian, 257, height, wide));
            file.U32(page == pages ? last : 8 + (page * pageSize));
        }
        return file;
    }

    public static byte[] TiffEntry(bool littleEndian, int tag, long value, bool wide)
    {
        var entry = new Draft(littleEndian).U16(tag).U16(wide ? 4 : 3).U32(1);
        return wide ? entry.U32(value) : entry.U16((int)value).U16(0);
    }

    public static byte[] Box(string kind, params ReadOnlySpan<byte> body) =>
        new Draft().U32(8 + body.Length).Text(kind).Raw(body);

    public static byte[] FileType(string major, string compatible) =>
        Box("ftyp", new Draft().Text(major).U32(0).Text(compatible));

    public static byte[] Sides(long width, long height) => Box("ispe", new Draft().U32(0).U32(width).U32(height));

    /// <summary>
    /// An AVIF whose item 1 is the primary one, with these properties; item 1 has those of the numbers.
    /// </summary>
    public static Draft Avif(ReadOnlySpan<byte> properties, params ReadOnlySpan<byte> numbers) =>
        new Draft().Raw(FileType("avif", "mif1avif")).Raw(AvifMeta(properties, numbers));

    public static byte[] AvifMeta(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> numbers)
    {
        var primary = Box("pitm", new Draft().U32(0).U16(1));
        var association = Box("ipma", new Draft().U32(0).U32(1).U16(1).Raw((byte)numbers.Length).Raw(numbers));
        var all = Box("iprp", new Draft().Raw(Box("ipco", properties)).Raw(association));
        return Box("meta", new Draft().U32(0).Raw(primary).Raw(all));
    }
}
