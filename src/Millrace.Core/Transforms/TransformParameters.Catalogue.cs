using Text = Millrace.Core.Transforms.TransformText;
using Values = Millrace.Core.Transforms.TransformValues;

namespace Millrace.Core.Transforms;

public static partial class TransformParameters
{
    private static TransformParameter[] Size() =>
    [
        Of("width", Values.Whole(1, Transform.SideMax), "Width of the box, in pixels times dpr.",
            "follows the height", "300", Set<int>((t, v) => t with { Width = v }), t => Text.Number(t.Width)),
        Of("height", Values.Whole(1, Transform.SideMax), "Height of the box, in pixels times dpr.",
            "follows the width", "200", Set<int>((t, v) => t with { Height = v }), t => Text.Number(t.Height)),
        Of("fit", Fits.Value, "How the image meets the box: whole within it, covering it and cropped, whole and "
            + "extended to it, or stretched (these three need both sides); scale-down is inside that never enlarges.",
            "inside", "cover",
            (d, v) => d with { Transform = d.Transform with { Fit = v.Fit }, ScaleDown = v.ScaleDown },
            t => Text.Name(Fits, (t.Fit, false), (Fit.Inside, false))),
        Of("enlarge", Values.Switch, "Scales an image smaller than the box up to it.",
            "false", "true", Set<bool>((t, v) => t with { Enlarge = v }), t => Text.Switch(t.Enlarge)),
        Of("dpr", Values.Hundredths(0.1m, 8), "Device pixels in a pixel: multiplies width, height, padding and "
            + "watermark-margin, rounded half up.",
            "1", "2", (d, v) => d with { Dpr = v }, _ => null),
        Of("extend", Values.Switch, "Extends a result smaller than the box to it with the background.",
            "false", "true", Set<bool>((t, v) => t with { Extend = v }), t => Text.Switch(t.Extend)),
    ];

    private static TransformParameter[] Shape() =>
    [
        Of("crop", Values.Crop, "The part of the upright source to keep, before scaling: placed by gravity, or X and Y "
            + "from the top left. Not multiplied by dpr.",
            "the whole image", "10%,0,80%,100%", Set<Crop>((t, v) => t with { Crop = v }), t => Text.Crop(t.Crop)),
        Of("gravity", Values.Gravity, "Which part survives crop and fit=cover, and where an extended image stands.",
            "center", "north", Set<Gravity>((t, v) => t with { Gravity = v }), t => Text.Gravity(t.Gravity)),
        Of("auto-orient", Values.Switch, "Turns the image upright by its EXIF orientation.",
            "true", "false", Set<bool>((t, v) => t with { AutoOrient = v }), t => t.AutoOrient ? null : "false"),
        Of("rotate", Turns.Value, "Degrees to turn clockwise, after orientation and crop.",
            "0", "90", Set<int>((t, v) => t with { Rotate = v }), t => Text.NumberUnlessZero(t.Rotate)),
        Of("flip", Flips.Value, "Mirrors the image, after the turn.",
            "none", "horizontal", Set<Flip>((t, v) => t with { Flip = v }), t => Text.Name(Flips, t.Flip, Flip.None)),
        Of("trim", Values.Trim, "Cuts borders that differ from the top left pixel by at most this, before crop.",
            "false", "10", Set<int?>((t, v) => t with { Trim = v }), t => Text.Number(t.Trim)),
        Of("padding", Values.Padding, "Border around the result in pixels times dpr, filled with the background.",
            "0", "10,20,10,20", Set<Padding>((t, v) => t with { Padding = v }), t => Text.Padding(t.Padding)),
        Of("background", Values.Background, "Fill for extension, padding and transparent pixels.",
            "transparent, or white where the format has no transparency", "ffffff",
            Set<Color?>((t, v) => t with { Background = v }), t => Text.Color(t.Background)),
    ];

    private static TransformParameter[] Look() =>
    [
        Of("blur", Values.Sigma(0.3m, 100), "Gaussian blur, sigma in pixels of the result.",
            "0", "2.5", Set<decimal>((t, v) => t with { Blur = v }), t => Text.NumberUnlessZero(t.Blur)),
        Of("sharpen", Values.Sigma(0.3m, 10), "Sharpening, sigma in pixels of the result.",
            "0", "1", Set<decimal>((t, v) => t with { Sharpen = v }), t => Text.NumberUnlessZero(t.Sharpen)),
        Of("pixelate", Values.Pixelate, "Side of a mosaic tile in pixels of the result.",
            "0", "12", Set<int>((t, v) => t with { Pixelate = v }), t => Text.NumberUnlessZero(t.Pixelate)),
        Of("grayscale", Values.Switch, "Drops colours.",
            "false", "true", Set<bool>((t, v) => t with { Grayscale = v }), t => Text.Switch(t.Grayscale)),
    ];

    private static TransformParameter[] Mark() =>
    [
        Of("watermark", Values.WatermarkSource, "An image laid over the result: the part named watermark of the same "
            + "request, or one known by the SHA-256 of its bytes.",
            "none", "upload", SetMark<string>((w, v) => w with { Source = v }), t => t.Watermark?.Source),
        Of("watermark-gravity", Values.Point, "Where the watermark stands on the result.",
            "center", "south-east", SetMark<Gravity>((w, v) => w with { Gravity = v }),
            t => Text.Gravity(t.Watermark?.Gravity)),
        Of("watermark-opacity", Values.Whole(1, 100), "Opacity of the watermark in percent.",
            "100", "50", SetMark<int>((w, v) => w with { OpacityPercent = v }),
            t => t.Watermark is { OpacityPercent: < 100 and var opacity } ? Text.Number(opacity) : null),
        Of("watermark-scale", Values.Whole(1, 100), "Width of the watermark in percent of the result's.",
            "its own size, less where it does not fit", "25", SetMark<int>((w, v) => w with { ScalePercent = v }),
            t => Text.NumberUnlessZero(t.Watermark?.ScalePercent ?? 0)),
        Of("watermark-margin", Values.Whole(0, Values.BorderMax),
            "Distance from the edges that watermark-gravity names, in pixels times dpr.",
            "0", "16", SetMark<int>((w, v) => w with { Margin = v }),
            t => Text.NumberUnlessZero(t.Watermark?.Margin ?? 0)),
    ];

    private static TransformParameter[] Encode() =>
    [
        Of("format", Formats.Value, "Format of the result; auto is the best that the Accept header names.",
            "the source's own", "webp", Set<OutputFormat>((t, v) => t with { Format = v }),
            t => Text.Name(Formats, t.Format, OutputFormat.Source)),
        Of("quality", Values.Whole(1, 100), "Quality of JPEG, WebP or AVIF.",
            ByFormat(a => a.Quality), "75", Set<int>((t, v) => t with { Quality = v }), t => Text.Number(t.Quality)),
        Of("progressive", Values.Switch, "Progressive JPEG, interlaced PNG or GIF.",
            "false", "true", Set<bool>((t, v) => t with { Progressive = v }), t => Text.Switch(t.Progressive)),
        Of("lossless", Values.Switch, "Lossless WebP or AVIF; PNG and TIFF always are.",
            "false", "true", Set<bool>((t, v) => t with { Lossless = v }), t => Text.Switch(t.Lossless)),
        Of("effort", Values.Whole(EncodingDefaults.EffortMin, EncodingDefaults.EffortMax),
            "Time spent on making the file smaller, from fastest to smallest; TIFF has none.",
            ByFormat(a => a.Effort), "4", Set<int>((t, v) => t with { Effort = v }), t => Text.Number(t.Effort)),
        Of("metadata", Metadata.Value, "What survives of EXIF, XMP and IPTC: nothing, copyright and artist, or all.",
            "strip", "copyright", Set<MetadataPolicy>((t, v) => t with { Metadata = v }),
            t => Text.Name(Metadata, t.Metadata, MetadataPolicy.Strip)),
        Of("color", Colors.Value, "Converts colours to sRGB, or keeps them with the source's ICC profile.",
            "srgb", "keep", Set<ColorPolicy>((t, v) => t with { Color = v }),
            t => Text.Name(Colors, t.Color, ColorPolicy.Srgb)),
        Of("animation", Animations.Value, "Keeps an animation, or its first frame only.",
            "keep", "first", (d, v) => d with { FirstFrame = v }, _ => null),
        Of("frames", Values.Whole(1, 1000), "Most frames to keep of an animation, from the first.",
            "all", "50", Set<int>((t, v) => t with { FramesMax = v }), t => Text.Number(t.FramesMax)),
    ];
}
