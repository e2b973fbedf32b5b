using Millrace.Core.Transforms;

namespace Millrace.Core.Conversions;

/// <summary>One image and what to do with it.</summary>
/// <param name="Source">The encoded image; stays valid and unchanged until the conversion has ended.</param>
/// <param name="Transform">Its format is not <see cref="OutputFormat.Auto"/>: that is resolved before.</param>
/// <param name="Watermark">The encoded watermark; empty unless the transform has one.</param>
public sealed record ConversionRequest(
    ReadOnlyMemory<byte> Source, Transform Transform, ReadOnlyMemory<byte> Watermark = default);
