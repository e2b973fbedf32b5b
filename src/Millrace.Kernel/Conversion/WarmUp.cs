using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// Runs every path once before the sandbox closes: an ordinary .NET process loads its assemblies and compiles its
/// methods when first used, libvips makes its types and tables, and none of that can open a file afterwards.
/// </summary>
internal static class WarmUp
{
    private const int Side = 40;

    private static readonly string[] Transforms =
    [
        "", "width=20", "width=20&height=30&fit=cover&gravity=smart&sharpen=1", "trim=10",
        "crop=20,20&width=10&rotate=90&flip=vertical",
        "width=10&height=20&fit=contain&background=102030&blur=1&grayscale=true&padding=2",
        "pixelate=4&watermark=upload&watermark-opacity=50&metadata=copyright", "color=keep&metadata=keep",
    ];

    public static void Run(Converter converter)
    {
        var samples = ImageFormats.All.ToDictionary(format => format, Sample);
        var mark = samples[ImageFormat.Png];
        foreach (var (format, sample) in samples)
        {
            Convert(converter, sample, mark, "width=20&format=jpeg");
            Convert(converter, samples[ImageFormat.Jpeg], mark, "width=20&format=" + format.Name());
            Fail(converter, sample[..(sample.Length / 2)]);
        }
        foreach (var text in Transforms)
        {
            Convert(converter, samples[ImageFormat.Jpeg], mark, text);
        }
        LoadReferences();
        Fail(converter, []);
        Fail(converter, "plain text"u8.ToArray());
        GC.Collect();
    }

    private static void Convert(Converter converter, byte[] sample, byte[] mark, string text)
    {
        var outcome = converter.Convert(new ConversionRequest(sample, Parse(text), mark));
        if (outcome.Failure is { } failure)
            throw new InvalidOperationException($"Warm-up '{text}' failed: {failure}: {outcome.Reason}");
    }

    // What a failure costs must be paid here too: exceptions load more of the runtime than anything else.
    private static void Fail(Converter converter, byte[] bytes) =>
        _ = converter.Convert(new ConversionRequest(bytes, Parse("width=20")));

    // Whatever a rare path needs, though no conversion above took it. Native AOT has all of itself from the start.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Runs only where nothing was trimmed.")]
    private static void LoadReferences()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled) return;
        Assembly[] users = [typeof(WarmUp).Assembly, typeof(ConversionRequest).Assembly, typeof(Image).Assembly];
        foreach (var reference in users.SelectMany(user => user.GetReferencedAssemblies()))
        {
            Assembly.Load(reference);
        }
    }

    private static Transform Parse(string text) => TransformParser.Parse(text).Transform
        ?? throw new InvalidOperationException($"Warm-up transform '{text}' does not parse.");

    private static byte[] Sample(ImageFormat format)
    {
        using var noise = Image.Gaussnoise(Side, Side, sigma: 40, mean: 128);
        using var rgb = noise.Bandjoin(noise, noise);
        using var typed = rgb.Copy(interpretation: Enums.Interpretation.Srgb);
        using var picture = new Picture(typed.Cast(Enums.BandFormat.Uchar), frames: 1);
        return Encoder.Encode(picture, Transform.None, format);
    }
}
