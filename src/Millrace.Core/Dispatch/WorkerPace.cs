using Millrace.Core.Images;

namespace Millrace.Core.Dispatch;

/// <summary>What a <see cref="PaceTable"/> knows of one worker.</summary>
internal sealed class WorkerPace
{
    /// <summary>
    /// Results before a format's mean says anything: photographs differ ten times in time a megapixel, and the first of
    /// a worker are slow.
    /// </summary>
    private const int Enough = 40;

    /// <summary>Share of the mean that a new time replaces: one in so many.</summary>
    private const int MeanOver = 64;

    // Logarithms, so that one image that took ten times as long weighs no more than one that took a tenth.
    private readonly Dictionary<ImageFormat, (double Mean, int Count)> _formats = [];
    private double _failures;
    private TimeSpan _failedAt;

    public bool Lives { get; set; } = true;

    public bool Limps { get; set; }

    public TimeSpan AdmittedAt { get; set; }

    /// <summary>Failures that still count, as last reckoned.</summary>
    public double Failures { get; private set; }

    public double? Ratio { get; private set; }

    public bool IsSlow => Ratio > PaceTable.LimpsAbove;

    public void Learn(ImageFormat format, double msPerMegapixel)
    {
        var (mean, count) = _formats.GetValueOrDefault(format);
        var over = Math.Min(count + 1, MeanOver);
        _formats[format] = (mean + ((Math.Log(msPerMegapixel) - mean) / over), count + 1);
    }

    public void Fail(TimeSpan now)
    {
        _failures = Faded(now) + 1;
        _failedAt = now;
    }

    /// <summary>Its geometric mean for a format; null while it has had too few.</summary>
    public double? Own(ImageFormat format) =>
        _formats.TryGetValue(format, out var known) && known.Count >= Enough ? Math.Exp(known.Mean) : null;

    public void Reckon(Dictionary<ImageFormat, double?> medians, TimeSpan now)
    {
        Failures = Faded(now);
        var logs = medians.Where(median => median.Value > 0 && Own(median.Key) > 0)
            .Select(median => Math.Log(Own(median.Key)!.Value / median.Value!.Value)).ToArray();
        Ratio = logs.Length == 0 ? null : Math.Exp(logs.Average());
    }

    private double Faded(TimeSpan now) => _failures * Math.Pow(0.5, (now - _failedAt) / PaceTable.FailureHalfLife);
}
