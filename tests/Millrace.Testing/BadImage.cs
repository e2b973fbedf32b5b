using System.Buffers.Binary;
using System.Text;

namespace Millrace.Testing;

/// <summary>Images that must be refused, or that make a test kernel fail.</summary>
internal static class BadImage
{
    private const string FaultMarker = "MILLRACE-FAULT:";

    /// <summary>A good photograph that makes a test kernel do what is named.</summary>
    public static byte[] Faulty(string fault) =>
        [.. TestFiles.Photo("p16-fossa.jpg"), .. Encoding.ASCII.GetBytes(FaultMarker + fault)];

    public static byte[] Named(string name) => name switch
    {
        "empty" => [],
        "text" => "This is no image."u8.ToArray(),
        "svg" => "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>"u8.ToArray(),
        "cut-jpeg" => Half(TestFiles.Photo("p16-fossa.jpg")),
        "cut-png" => Half(TestFiles.Photo("other/kodak23.png")),
        "cut-webp" => Half(TestFiles.Photo("other/sunset.webp")),
        "cut-avif" => Half(TestFiles.Photo("other/seeding.avif")),
        "wide-png" => WidePng(65_536, 65_536),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>A PNG whose header claims sides that its pixels do not have.</summary>
    public static byte[] WidePng(int width, int height)
    {
        var png = TestFiles.Photo("other/kodak23.png");
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    private static byte[] Half(byte[] image) => image[..(image.Length / 2)];
}
