using System.Runtime.InteropServices;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Converts one image in this process: header and limits first, pixels after. Expected failures are values.
/// </summary>
internal sealed class Converter
{
    private readonly ImageLimits _limits;

    public Converter(ImageLimits limits)
    {
        _limits = limits;
        Vips.Initialize();
    }

    public ConversionOutcome Convert(ConversionRequest request)
    {
        var check = SourceCheck.Check(request.Source.Span, request.Transform, _limits);
        if (check.Failure is { } refused) return ConversionOutcome.Of(refused, check.Reason);
        try
        {
            return Convert(request, check.Header!);
        }
        catch (VipsException exception)
        {
            return Failed(exception);
        }
    }

    private ConversionOutcome Convert(ConversionRequest request, ImageHeader header)
    {
        var transform = request.Transform;
        var frames = Math.Min(header.Frames, transform.FramesUsedMax(header.Format));
        using var source = Source.Open(Bytes(request.Source), header, transform, frames);
        if (SizeRefusal(source) is { } tooLarge) return tooLarge;

        using var picture = Scaler.Scale(
            source, transform, plan => ResultRefusal(plan, transform, source.Frames), out var refusal);
        if (picture is null) return refusal!;
        Effects.Apply(picture, transform);
        var format = transform.ResultFormat(header.Format);
        Backdrop.Apply(picture, transform, format);
        if (transform.Watermark is { } watermark && LayWatermark(picture, watermark, request) is { } unreadable)
            return unreadable;
        return Encode(picture, transform, format, header);
    }

    private ConversionOutcome? LayWatermark(Picture picture, Watermark watermark, ConversionRequest request)
    {
        // The source is decoded here, so that what fails below is the watermark and nothing else.
        picture.Materialize();
        var check = SourceCheck.Check(request.Watermark.Span, framesUsedMax: 1, _limits);
        if (check.Header is not { } header || check.Failure is not null)
            return ConversionOutcome.Of(ConversionFailure.WatermarkUnreadable, "The watermark: " + check.Reason);
        try
        {
            using var overlay = WatermarkLayer.Load(picture, watermark, Bytes(request.Watermark), header);
            WatermarkLayer.Lay(picture, overlay);
            return null;
        }
        catch (VipsException)
        {
            return ConversionOutcome.Of(
                ConversionFailure.WatermarkUnreadable,
                "The watermark is damaged: its pixels end early or do not decode.");
        }
    }

    private static ConversionOutcome Encode(
        Picture picture, Transform transform, ImageFormat format, ImageHeader header)
    {
        var (width, height) = (picture.Width, picture.Height);
        var bytes = Encoder.Encode(picture, transform, format);
        var image = new ConvertedImage(bytes, format, width, height, picture.Frames, header, null);
        return ConversionOutcome.Of(image, default);
    }

    private ConversionOutcome? SizeRefusal(Source source)
    {
        var header = new ImageHeader(ImageFormat.Jpeg, source.Width, source.Height, source.Frames);
        var check = SourceCheck.Check(header, source.Frames, _limits);
        return check.Failure is { } failure ? ConversionOutcome.Of(failure, check.Reason) : null;
    }

    private ConversionOutcome? ResultRefusal(ScalePlan plan, Transform transform, int frames)
    {
        var width = (long)plan.CanvasWidth + transform.Padding.Left + transform.Padding.Right;
        var height = (long)plan.CanvasHeight + transform.Padding.Top + transform.Padding.Bottom;
        var scaledPixels = (long)plan.ScaledWidth * plan.ScaledHeight * frames;
        var pixels = Math.Max(width * height * frames, scaledPixels);
        var side = Math.Max(width, height);
        if (side <= _limits.OutputSideMax && pixels <= _limits.OutputPixelsMax) return null;
        return ConversionOutcome.Of(
            ConversionFailure.OutputTooLarge,
            FormattableString.Invariant(
                $"The result would be {width} × {height} with {frames} frame(s), {pixels / 1e6:0.0} million pixels; ")
            + FormattableString.Invariant(
                $"at most {_limits.OutputSideMax} a side, {_limits.OutputPixelsMax / 1e6:0.0} million, are allowed."));
    }

    private static ConversionOutcome Failed(VipsException exception) =>
        exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            ? ConversionOutcome.Of(
                ConversionFailure.KernelOutOfMemory, "The image needs more memory than one image may have.")
            : ConversionOutcome.Of(
                ConversionFailure.Damaged, "The image is damaged: its pixels end early or do not decode.");

    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment)
        && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
