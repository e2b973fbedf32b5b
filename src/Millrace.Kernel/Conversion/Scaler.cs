using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// From encoded bytes to the picture in its box: orient, trim, crop, rotate, flip, scale, crop to the box. Without trim
/// and crop the decoder itself scales (a JPEG to an eighth costs a tenth), otherwise the pixels are decoded first.
/// </summary>
internal static class Scaler
{
    /// <returns>Null when refused.</returns>
    public static Picture? Scale(
        Source source, Transform transform, Func<ScalePlan, ConversionOutcome?> check,
        out ConversionOutcome? refusal)
    {
        if (transform.Trim is null && transform.Crop is null) return Direct(source, transform, check, out refusal);
        var picture = Decode(source, randomAccess: true);
        try
        {
            refusal = Cut(picture, transform) ?? Turn(picture, transform, check);
            if (refusal is null) return picture;
        }
        catch
        {
            picture.Dispose();
            throw;
        }
        picture.Dispose();
        return null;
    }

    /// <summary>
    /// What becomes of an image of these sides, and the sides it is scaled to before the transform's own rotation.
    /// </summary>
    public static (ScalePlan Plan, (int Width, int Height) Sides) PlanUpright(
        Transform transform, int width, int height)
    {
        var turned = transform.Rotate is 90 or 270;
        var plan = turned ? Geometry.Scale(transform, height, width) : Geometry.Scale(transform, width, height);
        return (plan, turned ? (plan.ScaledHeight, plan.ScaledWidth) : (plan.ScaledWidth, plan.ScaledHeight));
    }

    private static Picture? Direct(
        Source source, Transform transform, Func<ScalePlan, ConversionOutcome?> check,
        out ConversionOutcome? refusal)
    {
        var (plan, (width, height)) = PlanUpright(transform, source.Width, source.Height);
        refusal = check(plan);
        if (refusal is not null) return null;
        var picture = (width, height) == (source.Width, source.Height)
            ? Decode(source, randomAccess: false)
            : Thumbnail(source, width, height);
        try
        {
            RotateAndFlip(picture, transform);
            CropToBox(picture, transform, plan);
            return picture;
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    private static Picture Decode(Source source, bool randomAccess)
    {
        var image = randomAccess || source.IsOriented
            ? Image.NewFromBuffer(source.Bytes, source.LoadOptions, access: Enums.Access.Random)
            : source.Read(source.Width, source.Height);
        var picture = new Picture(image, source.Frames);
        if (source.IsOriented) picture.Apply(image => image.Autorot());
        picture.Apply(source.NeedsTransform ? Colors.ToSrgb : Colors.ToEightBits);
        return picture;
    }

    private static Picture Thumbnail(Source source, int width, int height)
    {
        var profile = source.NeedsTransform ? Colors.SrgbProfile : null;

        // libvips ignores a failOn argument here: only the option string reaches the loader.
        var image = source.Format != ImageFormat.Jpeg
            ? Image.ThumbnailBuffer(
                source.Bytes, width, optionString: $"[{source.LoadOptions}]", height: height, size: Enums.Size.Force,
                noRotate: !source.IsOriented, outputProfile: profile)
            : ThumbnailJpeg(source, width, height, profile);
        var picture = new Picture(image, source.Frames);
        if (!source.NeedsTransform) picture.Apply(Colors.ToEightBits);
        return picture;
    }

    private static Image ThumbnailJpeg(Source source, int width, int height, string? profile)
    {
        using var decoded = source.Read(width, height);

        // What thumbnail comes to where there is nothing to turn and no colour to convert, without its passes for them.
        return !source.IsOriented && profile is null && ReferenceEquals(Colors.ToEightBits(decoded), decoded)
            ? decoded.Resize((double)width / decoded.Width, vscale: (double)height / decoded.Height)
            : decoded.ThumbnailImage(
                width, height: height, size: Enums.Size.Force, noRotate: !source.IsOriented, outputProfile: profile);
    }

    private static ConversionOutcome? Cut(Picture picture, Transform transform)
    {
        if (transform.Trim is { } threshold && Trimming.Find(picture, threshold) is { } left) Extract(picture, left);
        if (transform.Crop is not { } crop) return null;
        if (Geometry.CropRegion(transform, picture.Width, picture.Height) is not { } region)
        {
            return ConversionOutcome.Of(
                ConversionFailure.TransformImpossible,
                $"The crop lies outside the image, which is {picture.Width} × {picture.Height}.");
        }
        if (crop.X is null && transform.Gravity.Kind == GravityKind.Smart) Smart(picture, region.Width, region.Height);
        else Extract(picture, region);
        return null;
    }

    private static ConversionOutcome? Turn(
        Picture picture, Transform transform, Func<ScalePlan, ConversionOutcome?> check)
    {
        var turned = transform.Rotate is 90 or 270;
        var plan = turned
            ? Geometry.Scale(transform, picture.Height, picture.Width)
            : Geometry.Scale(transform, picture.Width, picture.Height);
        if (check(plan) is { } refusal) return refusal;
        RotateAndFlip(picture, transform);
        if ((plan.ScaledWidth, plan.ScaledHeight) != (picture.Width, picture.Height))
        {
            picture.ApplyToFrames(image => image.ThumbnailImage(
                plan.ScaledWidth, height: plan.ScaledHeight, size: Enums.Size.Force, noRotate: true));
        }
        CropToBox(picture, transform, plan);
        return null;
    }

    private static void RotateAndFlip(Picture picture, Transform transform)
    {
        if (transform.Rotate == 0 && transform.Flip == Flip.None) return;
        picture.Materialize();
        picture.ApplyToFrames(image => transform.Rotate switch
        {
            90 => image.Rot(Enums.Angle.D90),
            180 => image.Rot(Enums.Angle.D180),
            270 => image.Rot(Enums.Angle.D270),
            _ => image,
        });
        if (transform.Flip is Flip.Horizontal or Flip.Both)
            picture.Apply(image => image.Flip(Enums.Direction.Horizontal));
        if (transform.Flip is Flip.Vertical or Flip.Both)
            picture.ApplyToFrames(image => image.Flip(Enums.Direction.Vertical));
    }

    private static void CropToBox(Picture picture, Transform transform, ScalePlan plan)
    {
        if ((plan.CropWidth, plan.CropHeight) == (picture.Width, picture.Height)) return;
        if (transform.Gravity.Kind == GravityKind.Smart)
        {
            Smart(picture, plan.CropWidth, plan.CropHeight);
            return;
        }
        var (x, y) = Geometry.Place(transform.Gravity, picture.Width, picture.Height, plan.CropWidth, plan.CropHeight);
        Extract(picture, new PixelRectangle(x, y, plan.CropWidth, plan.CropHeight));
    }

    private static void Smart(Picture picture, int width, int height)
    {
        picture.Materialize();
        if (picture.Frames == 1)
        {
            picture.Apply(image => image.Smartcrop(width, height, interesting: Enums.Interesting.Attention));
            return;
        }
        using var first = picture.Image.ExtractArea(0, 0, picture.Width, picture.Height);
        using var cropped = first.Smartcrop(width, height, interesting: Enums.Interesting.Attention);
        Extract(picture, new PixelRectangle(-cropped.Xoffset, -cropped.Yoffset, width, height));
    }

    private static void Extract(Picture picture, PixelRectangle region)
    {
        if (picture.Frames > 1) picture.Materialize();
        picture.ApplyToFrames(image => image.ExtractArea(region.X, region.Y, region.Width, region.Height));
    }
}
