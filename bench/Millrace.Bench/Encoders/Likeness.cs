using NetVips;

namespace Millrace.Bench.Encoders;

/// <summary>How alike two pictures are to the eye.</summary>
internal static class Likeness
{
    private const double Sigma = 1.5;
    private const double LuminanceFloor = 6.5025;
    private const double ContrastFloor = 58.5225;

    /// <summary>Mean structural similarity of the luminance (Wang et al. 2004, Gaussian window of 1.5); 1 for equal ones.</summary>
    public static double Ssim(byte[] one, byte[] other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        var (meanA, meanB) = (Blur(a), Blur(b));
        var (product, squares) = (meanA * meanB, (meanA * meanA) + (meanB * meanB));
        var covariance = Blur(a * b) - product;
        var variances = Blur((a * a) + (b * b)) - squares;
        var map = ((product * 2) + LuminanceFloor) * ((covariance * 2) + ContrastFloor)
            / ((squares + LuminanceFloor) * (variances + ContrastFloor));
        return map.Avg();
    }

    private static Image Luminance(byte[] encoded) => Image.NewFromBuffer(encoded)
        .Colourspace(Enums.Interpretation.Bw).ExtractBand(0).Cast(Enums.BandFormat.Float).CopyMemory();

    private static Image Blur(Image image) => image.Gaussblur(Sigma, precision: Enums.Precision.Float);
}
