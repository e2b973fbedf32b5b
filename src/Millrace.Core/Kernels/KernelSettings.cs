using System.Globalization;
using Millrace.Core.Images;

namespace Millrace.Core.Kernels;

/// <summary>What a worker tells a kernel on its command line: limits, never secrets.</summary>
public sealed record KernelSettings
{
    /// <summary>Limits on sources and results.</summary>
    public ImageLimits Limits { get; init; } = new();

    /// <summary>
    /// RLIMIT_DATA in bytes: the backstop behind the worker's memory watch. Default 1.5 GiB; a 50 MP AVIF needs about
    /// 0.7.
    /// </summary>
    public long DataBytesMax { get; init; } = 1536L * 1024 * 1024;

    /// <summary>RLIMIT_CPU for one image in seconds: the backstop behind the worker's deadline. Default 60.</summary>
    public int CpuSecondsMax { get; init; } = 60;

    /// <summary>The command line: numbers in a fixed order.</summary>
    public IReadOnlyList<string> ToArguments() =>
    [
        Text(Limits.BytesMax), Text(Limits.PixelsMax), Text(Limits.FramesMax), Text(Limits.PixelsAllFramesMax),
        Text(Limits.ScansMax), Text(Limits.OutputPixelsMax), Text(Limits.OutputSideMax), Text(DataBytesMax),
        Text(CpuSecondsMax),
    ];

    /// <summary>Parses <see cref="ToArguments"/>; null when a number is missing, malformed or not positive.</summary>
    public static KernelSettings? Parse(IReadOnlyList<string> arguments)
    {
        var numbers = new long[9];
        if (arguments.Count != numbers.Length) return null;
        for (var i = 0; i < numbers.Length; i++)
        {
            var read = long.TryParse(arguments[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]);
            if (!read || numbers[i] < 1) return null;
        }
        return new KernelSettings
        {
            Limits = new ImageLimits
            {
                BytesMax = numbers[0],
                PixelsMax = numbers[1],
                FramesMax = (int)Math.Min(numbers[2], int.MaxValue),
                PixelsAllFramesMax = numbers[3],
                ScansMax = (int)Math.Min(numbers[4], int.MaxValue),
                OutputPixelsMax = numbers[5],
                OutputSideMax = (int)Math.Min(numbers[6], int.MaxValue),
            },
            DataBytesMax = numbers[7],
            CpuSecondsMax = (int)Math.Min(numbers[8], int.MaxValue),
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
