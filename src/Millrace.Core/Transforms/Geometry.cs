namespace Millrace.Core.Transforms;

/// <summary>
/// The arithmetic of a <see cref="Transform"/>: sizes and places in whole pixels. Sizes are rounded half away from zero
/// and are at least 1; places are rounded down. Sides past <see cref="int.MaxValue"/> saturate. Every width and height
/// passed in is at least 1.
/// </summary>
public static class Geometry
{
    /// <summary>What <see cref="Extent.Value"/> and <see cref="Gravity"/> count as the whole side.</summary>
    public const int Whole = 10_000;

    /// <summary>
    /// The part of an upright (oriented, trimmed) image that <see cref="Transform.Crop"/> keeps, clamped to the image;
    /// the whole image without a crop; null when the crop lies wholly outside. Smart gravity counts as the centre.
    /// </summary>
    public static PixelRectangle? CropRegion(Transform t, int width, int height)
    {
        if (t.Crop is not { } crop) return new PixelRectangle(0, 0, width, height);
        var cropWidth = Length(crop.Width, width);
        var cropHeight = Length(crop.Height, height);
        if (crop.X is { } left && crop.Y is { } top)
        {
            var (x, y) = (Offset(left, width), Offset(top, height));
            if (x >= width || y >= height) return null;
            return new PixelRectangle(x, y, Math.Min(cropWidth, width - x), Math.Min(cropHeight, height - y));
        }
        (cropWidth, cropHeight) = (Math.Min(cropWidth, width), Math.Min(cropHeight, height));
        var place = Place(t.Gravity, width, height, cropWidth, cropHeight);
        return new PixelRectangle(place.X, place.Y, cropWidth, cropHeight);
    }

    /// <summary>
    /// How an image, already cropped and rotated, meets the box. Without enlarge no axis grows: inside and contain keep
    /// the size, cover keeps min(box, image) of each axis, fill caps each axis. Cover and fill with one side missing
    /// count as inside. Contain gives exactly the box, as does extend where both sides are given.
    /// </summary>
    public static ScalePlan Scale(Transform t, int width, int height)
    {
        var (scaledWidth, scaledHeight) = ScaledSize(t, width, height);
        var cover = t is { Fit: Fit.Cover, Width: not null, Height: not null };
        var cropWidth = cover ? Math.Min(scaledWidth, t.Width!.Value) : scaledWidth;
        var cropHeight = cover ? Math.Min(scaledHeight, t.Height!.Value) : scaledHeight;
        var extends = t.Extend || t.Fit == Fit.Contain;
        var canvasWidth = extends ? Math.Max(cropWidth, t.Width ?? 1) : cropWidth;
        var canvasHeight = extends ? Math.Max(cropHeight, t.Height ?? 1) : cropHeight;
        return new ScalePlan(scaledWidth, scaledHeight, cropWidth, cropHeight, canvasWidth, canvasHeight);
    }

    /// <summary>
    /// Top left of an inner rectangle in an outer one: the part that a crop keeps, or a smaller image on a canvas.
    /// A compass point keeps its edge or corner; a focus point stands as near the middle of the inner rectangle as the
    /// outer one allows; smart counts as the centre. Always within 0 to outer - inner, 0 where inner is larger.
    /// </summary>
    public static (int X, int Y) Place(
        Gravity gravity, int outerWidth, int outerHeight, int innerWidth, int innerHeight) =>
        (Place(gravity.X, gravity.Focus, outerWidth, innerWidth),
            Place(gravity.Y, gravity.Focus, outerHeight, innerHeight));

    /// <summary>
    /// Size of one frame of the result, padding included, for an upright image of the given size, and its pixels; all 0
    /// when the crop lies outside the image. Trimming is not counted: what it cuts is known only after decoding.
    /// </summary>
    public static (long Pixels, int Width, int Height) ResultSize(Transform t, int width, int height)
    {
        if (CropRegion(t, width, height) is not { } region) return (0, 0, 0);
        var turned = t.Rotate is 90 or 270;
        var plan = Scale(t, turned ? region.Height : region.Width, turned ? region.Width : region.Height);
        var resultWidth = Saturate((long)plan.CanvasWidth + t.Padding.Left + t.Padding.Right);
        var resultHeight = Saturate((long)plan.CanvasHeight + t.Padding.Top + t.Padding.Bottom);
        return ((long)resultWidth * resultHeight, resultWidth, resultHeight);
    }

    /// <summary>
    /// Where a watermark stands on a result and the size that it is scaled to, aspect kept. It never reaches past the
    /// result, nor into the margin at an edge that its gravity names; a margin that would leave nothing leaves a pixel.
    /// </summary>
    /// <param name="mark">What was asked for.</param>
    /// <param name="width">Width of the result, padding included.</param>
    /// <param name="height">Height of the result, padding included.</param>
    /// <param name="markWidth">Width of the watermark image as it is.</param>
    /// <param name="markHeight">Height of the watermark image as it is.</param>
    public static PixelRectangle WatermarkRegion(Watermark mark, int width, int height, int markWidth, int markHeight)
    {
        var (left, roomWidth) = Room(mark.Gravity.X, mark, width);
        var (top, roomHeight) = Room(mark.Gravity.Y, mark, height);
        var wanted = mark.ScalePercent > 0 ? Math.Max(1, Scaled(width, mark.ScalePercent, 100)) : markWidth;
        var fitting = new Transform
        {
            Width = Math.Min(wanted, roomWidth),
            Height = roomHeight,
            Enlarge = mark.ScalePercent > 0,
        };
        var (scaledWidth, scaledHeight) = ScaledSize(fitting, markWidth, markHeight);
        var (x, y) = Place(mark.Gravity, roomWidth, roomHeight, scaledWidth, scaledHeight);
        return new PixelRectangle(left + x, top + y, scaledWidth, scaledHeight);
    }

    private static (int Width, int Height) ScaledSize(Transform t, int width, int height) => (t.Width, t.Height) switch
    {
        (null, null) => (width, height),
        ({ } boxWidth, null) => ByWidth(t, boxWidth, width, height),
        (null, { } boxHeight) => ByHeight(t, boxHeight, width, height),
        ({ } boxWidth, { } boxHeight) when t.Fit == Fit.Fill =>
            t.Enlarge ? (boxWidth, boxHeight) : (Math.Min(boxWidth, width), Math.Min(boxHeight, height)),
        ({ } boxWidth, { } boxHeight) =>
            // Inside ends at the side that is reached first, cover at the one that is reached last.
            (long)boxWidth * height <= (long)boxHeight * width == (t.Fit != Fit.Cover)
                ? ByWidth(t, boxWidth, width, height)
                : ByHeight(t, boxHeight, width, height),
    };

    private static (int Width, int Height) ByWidth(Transform t, int boxWidth, int width, int height) =>
        boxWidth > width && !t.Enlarge ? (width, height) : (boxWidth, Scaled(height, boxWidth, width));

    private static (int Width, int Height) ByHeight(Transform t, int boxHeight, int width, int height) =>
        boxHeight > height && !t.Enlarge ? (width, height) : (Scaled(width, boxHeight, height), boxHeight);

    private static int Length(Extent extent, int side) =>
        extent.IsShare ? Scaled(side, extent.Value, Whole) : extent.Value;

    // A share below the whole is never outside the image, whatever the rounding.
    private static int Offset(Extent extent, int side) => !extent.IsShare ? extent.Value
        : extent.Value >= Whole ? side
        : (int)((long)side * extent.Value / Whole);

    private static int Place(int point, bool focus, int outer, int inner)
    {
        var room = Math.Max(0L, (long)outer - inner);
        var place = focus
            ? ((2L * outer * point) - ((long)inner * Whole)) / (2L * Whole)
            : room * point / Whole;
        return (int)Math.Clamp(place, 0, room);
    }

    // The edge is named by a compass point alone; a focus point or the middle of an axis knows no margin.
    private static (int Start, int Length) Room(int point, Watermark mark, int side)
    {
        var named = !mark.Gravity.Focus && point is 0 or Whole;
        var margin = named ? Math.Min(mark.Margin, side - 1) : 0;
        return (point == 0 ? margin : 0, side - margin);
    }

    private static int Scaled(int side, int numerator, int denominator) =>
        Math.Max(1, Saturate(((2L * side * numerator) + denominator) / (2L * denominator)));

    private static int Saturate(long value) => (int)Math.Min(value, int.MaxValue);
}
