using System.Buffers.Binary;

namespace Millrace.Worker.Tests;

/// <summary>Images that must be refused.</summary>
internal static class BadImage
{
    public static byte[] Named(string name) => name switch
    {
        "empty" => [],
        "text" => "This is no image."u8.ToArray(),
        "svg" => "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>"u8.ToArray(),
        "cut-jpeg" => Half(TestKernel.Photo("p16-fossa.jpg")),
        "cut-png" => Half(TestKernel.Photo("other/kodak23.png")),
        "cut-webp" => Half(TestKernel.Photo("other/sunset.webp")),
        "cut-avif" => Half(TestKernel.Photo("other/seeding.avif")),
        "wide-png" => WidePng(65_536, 65_536),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>A PNG whose header claims sides that its pixels do not have.</summary>
    public static byte[] WidePng(int width, int height)
    {
        var png = TestKernel.Photo("other/kodak23.png");
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    private static byte[] Half(byte[] image) => image[..(image.Length / 2)];
}
