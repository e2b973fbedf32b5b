using System.Diagnostics.Metrics;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Worker.Kernels;

namespace Millrace.Worker;

/// <summary>What the kernels do, for operators: meter <c>Millrace.Worker</c>.</summary>
public sealed class WorkerMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _queueWait;
    private readonly Histogram<double> _conversion;
    private readonly Histogram<double> _start;
    private readonly Counter<long> _deaths;

    /// <summary>Makes the instruments.</summary>
    public WorkerMetrics(IMeterFactory factory)
    {
        _meter = factory.Create("Millrace.Worker");
        _queueWait = _meter.CreateHistogram<double>(
            "millrace.worker.queue.wait", "s", "Time an image waited for a kernel.");
        _conversion = _meter.CreateHistogram<double>(
            "millrace.worker.conversion.duration", "s", "Time in kernels, by formats and outcome.");
        _start = _meter.CreateHistogram<double>("millrace.worker.kernel.start", "s", "Time until a kernel was warm.");
        _deaths = _meter.CreateCounter<long>("millrace.worker.kernel.deaths", "{kernel}", "Ends, by cause.");
    }

    /// <summary>Adds the gauges of a pool: images that wait, kernels that live and the memory that they hold.</summary>
    internal void Observe(Func<int> waiting, Func<(int Count, long Bytes)> kernels)
    {
        _meter.CreateObservableGauge("millrace.worker.queue.depth", waiting, "{image}", "Images waiting for a kernel.");
        _meter.CreateObservableGauge("millrace.worker.kernels", () => kernels().Count, "{kernel}", "Kernels alive.");
        _meter.CreateObservableGauge(
            "millrace.worker.kernel.memory", () => kernels().Bytes, "By", "Resident memory of all kernels.");
    }

    internal void Waited(TimeSpan time) => _queueWait.Record(time.TotalSeconds);

    internal void Started(TimeSpan time) => _start.Record(time.TotalSeconds);

    internal void Died(KernelDeathCause cause) =>
        _deaths.Add(1, new KeyValuePair<string, object?>("cause", CauseName(cause)));

    internal void Converted(ConversionOutcome outcome) => _conversion.Record(
        outcome.Timing.Converted.TotalSeconds,
        new KeyValuePair<string, object?>("source", outcome.Image?.Source.Format.Name() ?? "none"),
        new KeyValuePair<string, object?>("result", outcome.Image?.Format.Name() ?? "none"),
        new KeyValuePair<string, object?>("outcome", outcome.Failure?.ToString() ?? "Converted"));

    private static string CauseName(KernelDeathCause cause) => cause switch
    {
        KernelDeathCause.Signal => "signal",
        KernelDeathCause.Exit => "exit",
        KernelDeathCause.Deadline => "deadline",
        KernelDeathCause.Memory => "memory",
        KernelDeathCause.Protocol => "protocol",
        _ => "retired",
    };
}
