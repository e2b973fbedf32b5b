using Millrace.Core.Images;

namespace Millrace.Core.Dispatch;

/// <summary>
/// How quick each worker is beside its siblings, by what its edge sees: milliseconds a megapixel of the source, by the
/// result's format. A worker that is slow or keeps failing limps, and is passed over now and then; never more than a
/// third of those that live, and never for long. Pure but for its own memory; for one thread at a time. Times are spans
/// since any fixed moment.
/// </summary>
public sealed class PaceTable
{
    /// <summary>A worker limps above this multiple of the fleet's median.</summary>
    public const double LimpsAbove = 2;

    /// <summary>A worker limps at this many failures, each fading.</summary>
    public const double FailuresMax = 2;

    /// <summary>How long until a failure counts half.</summary>
    public static readonly TimeSpan FailureHalfLife = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker that limps is let through, to show that it has recovered.</summary>
    public static readonly TimeSpan RecheckEvery = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReckonedEvery = TimeSpan.FromSeconds(1);

    /// <summary>Workers that went are remembered with their failures, up to so many.</summary>
    private const int GoneMax = 1000;

    private readonly Dictionary<Guid, WorkerPace> _workers = [];
    private TimeSpan? _reckonedAt;

    /// <summary>A worker's session has begun.</summary>
    public void Join(Guid worker)
    {
        if (_workers.TryGetValue(worker, out var known)) known.Lives = true;
        else _workers.Add(worker, new WorkerPace());
        _reckonedAt = null;
    }

    /// <summary>A worker's session has ended; its failures are remembered for when it comes back.</summary>
    public void Leave(Guid worker)
    {
        if (_workers.TryGetValue(worker, out var known)) known.Lives = false;
        if (_workers.Count(pair => !pair.Value.Lives) > GoneMax)
            _workers.Remove(_workers.First(pair => !pair.Value.Lives).Key);
        _reckonedAt = null;
    }

    /// <summary>A worker has brought a result.</summary>
    /// <param name="worker">Its instance.</param>
    /// <param name="result">The result's format.</param>
    /// <param name="converted">Time in kernels.</param>
    /// <param name="pixels">Of the source, all frames that were used.</param>
    public void Learn(Guid worker, ImageFormat result, TimeSpan converted, long pixels)
    {
        if (pixels > 0 && converted > TimeSpan.Zero && _workers.TryGetValue(worker, out var pace))
            pace.Learn(result, converted.TotalMilliseconds / (pixels / 1_000_000.0));
    }

    /// <summary>A worker was lost, or what it delivered was broken.</summary>
    public void Failed(Guid worker, TimeSpan now)
    {
        if (_workers.TryGetValue(worker, out var pace)) pace.Fail(now);
        _reckonedAt = null;
    }

    /// <summary>Its time a megapixel as a multiple of the fleet's median; null while too little is known.</summary>
    public double? Ratio(Guid worker, TimeSpan now)
    {
        Reckon(now);
        return _workers.GetValueOrDefault(worker)?.Ratio;
    }

    /// <summary>
    /// What a worker is told of its ratio: no more than <see cref="LimpsAbove"/> unless it is one of those that may
    /// limp, so that no more than a third of a fleet takes less work upon itself. Of two workers that share a machine
    /// either may be the slower one for a while.
    /// </summary>
    public double? Told(Guid worker, TimeSpan now)
    {
        var ratio = Ratio(worker, now);
        return ratio > LimpsAbove && !Limps(worker, now) ? LimpsAbove : ratio;
    }

    /// <summary>Whether others are served before it.</summary>
    public bool Limps(Guid worker, TimeSpan now)
    {
        Reckon(now);
        return _workers.GetValueOrDefault(worker)?.Limps ?? false;
    }

    /// <summary>Whether a worker's fetch is answered now: yes unless it limps and was let through lately.</summary>
    public bool Admits(Guid worker, TimeSpan now)
    {
        if (!Limps(worker, now)) return true;
        var pace = _workers[worker];
        if (now - pace.AdmittedAt < RecheckEvery) return false;
        pace.AdmittedAt = now;
        return true;
    }

    private void Reckon(TimeSpan now)
    {
        if (_reckonedAt is { } at && now - at < ReckonedEvery) return;
        _reckonedAt = now;
        var living = _workers.Values.Where(pace => pace.Lives).ToArray();
        var medians = Enum.GetValues<ImageFormat>().ToDictionary(format => format, format => Median(living, format));
        foreach (var pace in living) pace.Reckon(medians, now);
        var worst = living.Where(pace => pace.IsSlow || pace.Failures >= FailuresMax)
            .OrderByDescending(pace => (pace.Ratio ?? 1) + pace.Failures).Take(living.Length / 3).ToHashSet();
        foreach (var pace in living) pace.Limps = worst.Contains(pace);
    }

    // The lower one of two, so that with two workers the quicker is the measure.
    private static double? Median(WorkerPace[] living, ImageFormat format)
    {
        var own = living.Select(pace => pace.Own(format)).OfType<double>().Order().ToArray();
        return own.Length < 2 ? null : own[(own.Length - 1) / 2];
    }
}
