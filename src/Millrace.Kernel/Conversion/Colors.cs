using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Colour spaces. Everything that leaves a kernel has 8 bits and is RGB or grey: in sRGB, or in the source's own
/// profile where the transform keeps that.
/// </summary>
internal static class Colors
{
    public const string SrgbProfile = "srgb";

    private const string ProfileField = "icc-profile-data";
    private const int ProfileSpaceAt = 16;

    /// <summary>
    /// Whether an ICC transform is needed: for CMYK always, as hardly a viewer shows it and no background can be laid
    /// under it; for another profile unless it is kept. A profile that calls itself sRGB is sRGB.
    /// </summary>
    public static bool NeedTransform(Image image, Transform transform)
    {
        if (image.Interpretation == Enums.Interpretation.Cmyk) return true;

        // Without colours nothing is left that the profile could be true of.
        var keeps = transform is { Color: ColorPolicy.Keep, Grayscale: false };
        return !keeps && Profile(image) is { } profile && !SrgbProfiles.Names(profile);
    }

    public static Image ToSrgb(Image image) => image.Interpretation == Enums.Interpretation.Cmyk
        ? image.IccTransform(SrgbProfile, embedded: true, inputProfile: "cmyk")
        : image.IccTransform(SrgbProfile, embedded: true);

    /// <summary>8-bit sRGB or grey from whatever numbers libvips holds, without a profile.</summary>
    public static Image ToEightBits(Image image) => image.Interpretation switch
    {
        Enums.Interpretation.Srgb or Enums.Interpretation.Bw when image.Format == Enums.BandFormat.Uchar => image,
        Enums.Interpretation.Bw or Enums.Interpretation.Grey16 => image.Colourspace(Enums.Interpretation.Bw),
        _ => image.Colourspace(Enums.Interpretation.Srgb),
    };

    /// <summary>
    /// Rounded: a plain cast cuts off, and would darken by one what was whole before premultiplication.
    /// </summary>
    public static Image ToBytes(Image image)
    {
        if (image.Format == Enums.BandFormat.Uchar) return image.Copy();
        using var rounded = image.Rint();
        return rounded.Cast(Enums.BandFormat.Uchar);
    }

    /// <summary>Whether the embedded profile speaks of the channels that the image has now.</summary>
    public static bool FitProfile(Image image)
    {
        var space = Profile(image).AsSpan() is { Length: > ProfileSpaceAt + 4 } profile
            ? profile[ProfileSpaceAt..]
            : [];
        return space.StartsWith(image.Bands < 3 ? "GRAY"u8 : "RGB "u8);
    }

    /// <summary>A colour as libvips wants it for an image of these bands.</summary>
    public static double[] Bands(Color color, int bands) => bands switch
    {
        1 => [color.Red],
        2 => [color.Red, color.Alpha],
        3 => [color.Red, color.Green, color.Blue],
        _ => [color.Red, color.Green, color.Blue, color.Alpha],
    };

    /// <summary>The image, in RGB where it is grey and the colour is not.</summary>
    public static Image Holding(Image image, Color color)
    {
        var isGrey = color.Red == color.Green && color.Green == color.Blue;
        return isGrey ? image : ToRgb(image);
    }

    /// <summary>Three or four bands, so that a colour or an overlay can be laid on a grey image.</summary>
    public static Image ToRgb(Image image)
    {
        if (image.Bands >= 3) return image;
        return Profile(image) is null ? image.Colourspace(Enums.Interpretation.Srgb) : ToSrgb(image);
    }

    public static Image WithAlpha(Image image) => image.HasAlpha() ? image : image.AddAlpha();

    private static byte[]? Profile(Image image) =>
        image.Contains(ProfileField) ? image.Get(ProfileField) as byte[] : null;
}
