using System.Buffers;
using System.Text;

namespace Millrace.Core.Images;

/// <summary>
/// Names what is sent by mistake or on purpose and is not read, so that a refusal says what was found.
/// </summary>
internal static class OtherFormats
{
    private const int TextWindow = 1024;

    /// <summary>Magic bytes at the beginning, longest first where two begin alike.</summary>
    private static readonly (byte[] Magic, string Name)[] Known =
    [
        ("%PDF"u8.ToArray(), "PDF"),
        ("8BPS"u8.ToArray(), "A Photoshop document (PSD)"),
        ("%!PS"u8.ToArray(), "PostScript (PS, EPS)"),
        ([0xC5, 0xD0, 0xD3, 0xC6], "PostScript (PS, EPS)"),
        ([0, 0, 0, 12, .. "jP  "u8], "JPEG 2000"),
        ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
        ([0, 0, 0, 12, .. "JXL "u8], "JPEG XL"),
        ([0xFF, 0x0A], "JPEG XL"),
        ([.. "II"u8, 0xBC], "JPEG XR"),
        ("II+\0"u8.ToArray(), "BigTIFF"),
        ("MM\0+"u8.ToArray(), "BigTIFF"),
        ("BM"u8.ToArray(), "BMP"),
        ([0, 0, 1, 0], "ICO"),
        ([0, 0, 2, 0], "CUR"),
        ("qoif"u8.ToArray(), "QOI"),
        ("DDS "u8.ToArray(), "DDS"),
        ([.. "BPG"u8, 0xFB], "BPG"),
        ("FLIF"u8.ToArray(), "FLIF"),
        ("SIMPLE  ="u8.ToArray(), "FITS"),
        ([0x76, 0x2F, 0x31, 0x01], "OpenEXR"),
        ("#?R"u8.ToArray(), "Radiance HDR"),
        ([0x8A, .. "MNG"u8], "MNG"),
        ([0x8B, .. "JNG"u8], "JNG"),
        ("RIFF"u8.ToArray(), "A RIFF file other than WebP"),
        ([0x1A, 0x45, 0xDF, 0xA3], "Matroska or WebM video"),
        ("OggS"u8.ToArray(), "Ogg"),
        ("ID3"u8.ToArray(), "MP3"),
        ([.. "PK"u8, 3, 4], "ZIP"),
        ([0x1F, 0x8B], "gzip"),
        ("7z"u8.ToArray(), "7z"),
        ("Rar!"u8.ToArray(), "RAR"),
        ([0x7F, .. "ELF"u8], "A program"),
        ("MZ"u8.ToArray(), "A program"),
    ];

    private static readonly SearchValues<byte> Whitespace = SearchValues.Create(" \t\r\n"u8);

    /// <summary>The subject of "… is not read": a format's name, or what little can be said.</summary>
    public static string NameOf(ReadOnlySpan<byte> bytes)
    {
        foreach (var (magic, name) in Known)
        {
            if (bytes.StartsWith(magic)) return name;
        }
        if (new ByteReader(bytes).Holds(4, "ftyp"u8)) return MediaFile(bytes);
        return IsNetpbm(bytes) ? "Netpbm (PBM, PGM, PPM, PAM)" : Text(bytes) ?? "A file of unknown type";
    }

    private static string MediaFile(ReadOnlySpan<byte> bytes)
    {
        var brand = new ByteReader(bytes).Slice(8, 4);
        var isHeif = brand.StartsWith("he"u8) || brand.StartsWith("mif"u8) || brand.StartsWith("msf"u8);
        return isHeif ? "HEIC" : "MP4 or QuickTime video";
    }

    private static bool IsNetpbm(ReadOnlySpan<byte> bytes) =>
        bytes is [(byte)'P', >= (byte)'1' and <= (byte)'7', var next, ..] && Whitespace.Contains(next);

    /// <summary>SVG, HTML, other XML or plain text; null when the bytes are no text.</summary>
    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) return "Text";
        var window = bytes[..Math.Min(bytes.Length, TextWindow)];
        var text = window.StartsWith(Encoding.UTF8.Preamble) ? window[3..] : window;
        if (text.ContainsAnyInRange((byte)0, (byte)8)) return null;
        var start = text.IndexOfAnyExcept(Whitespace);
        if (start >= 0 && text[start] == '<') return Markup(Encoding.UTF8.GetString(text));
        return Ascii.IsValid(text) ? "Text" : null;
    }

    private static string Markup(string text)
    {
        if (text.Contains("<svg", StringComparison.OrdinalIgnoreCase)) return "SVG";
        return text.Contains("html", StringComparison.OrdinalIgnoreCase) ? "HTML" : "XML";
    }
}
