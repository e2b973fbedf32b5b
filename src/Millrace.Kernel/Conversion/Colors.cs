using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Colour spaces: everything that leaves a kernel is 8-bit sRGB or grey, unless the transform keeps the source's.
/// </summary>
internal static class Colors
{
    public const string SrgbProfile = "srgb";

    private const string ProfileField = "icc-profile-data";

    /// <summary>Whether an ICC transform is needed; an embedded profile that calls itself sRGB needs none.</summary>
    public static bool AreOutsideSrgb(Image image)
    {
        if (image.Interpretation == Enums.Interpretation.Cmyk) return true;
        if (!image.Contains(ProfileField)) return false;
        return image.Get(ProfileField) is not byte[] profile || !SrgbProfiles.Names(profile);
    }

    public static Image ToSrgb(Image image)
    {
        if (image.Interpretation == Enums.Interpretation.Cmyk)
            return image.IccTransform(SrgbProfile, embedded: true, inputProfile: "cmyk");
        return image.Contains(ProfileField) && AreOutsideSrgb(image)
            ? image.IccTransform(SrgbProfile, embedded: true)
            : ToEightBits(image);
    }

    /// <summary>8-bit sRGB or grey from whatever numbers libvips holds, without a profile.</summary>
    public static Image ToEightBits(Image image) => image.Interpretation switch
    {
        Enums.Interpretation.Srgb or Enums.Interpretation.Bw when image.Format == Enums.BandFormat.Uchar => image,
        Enums.Interpretation.Bw or Enums.Interpretation.Grey16 => image.Colourspace(Enums.Interpretation.Bw),
        _ => image.Colourspace(Enums.Interpretation.Srgb),
    };

    /// <summary>A colour as libvips wants it for an image of these bands.</summary>
    public static double[] Bands(Color color, int bands)
    {
        var grey = Math.Round((0.2126 * color.Red) + (0.7152 * color.Green) + (0.0722 * color.Blue));
        return bands switch
        {
            1 => [grey],
            2 => [grey, color.Alpha],
            3 => [color.Red, color.Green, color.Blue],
            _ => [color.Red, color.Green, color.Blue, color.Alpha],
        };
    }

    /// <summary>Three or four bands, so that a colour or an overlay can be laid on a grey image.</summary>
    public static Image ToRgb(Image image) =>
        image.Bands < 3 ? image.Colourspace(Enums.Interpretation.Srgb) : image;

    public static Image WithAlpha(Image image) => image.HasAlpha() ? image : image.AddAlpha();
}
