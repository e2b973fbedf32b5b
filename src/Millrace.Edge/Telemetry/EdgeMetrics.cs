using System.Diagnostics.Metrics;
using Millrace.Core.Images;
using Millrace.Edge.Admission;

namespace Millrace.Edge.Telemetry;

/// <summary>
/// The edge's instruments, meter <c>Millrace.Edge</c>. Tags come from closed sets: outcomes, status classes, problem
/// codes, image formats; never a tenant or a URL.
/// </summary>
internal sealed class EdgeMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string MeterName = "Millrace.Edge";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _bytesOut;
    private readonly Histogram<double> _queueWait;
    private readonly Histogram<double> _conversion;

    /// <summary>Makes the instruments.</summary>
    public EdgeMetrics(IMeterFactory meters, AdmissionGate gate)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>(
            "millrace.edge.requests", "{request}", "Requests to convert, by status class and outcome.");
        _refusals = meter.CreateCounter<long>(
            "millrace.edge.refusals", "{request}", "Requests to convert that got no image, by problem code.");
        _bytesIn = meter.CreateCounter<long>("millrace.edge.body.in", "By", "Image and watermark bytes read.");
        _bytesOut = meter.CreateCounter<long>("millrace.edge.body.out", "By", "Result bytes sent.");
        _queueWait = Seconds(meter, "millrace.edge.queue.wait", "Wait for a free kernel.");
        _conversion = Seconds(meter, "millrace.edge.conversion.duration", "Time in kernels, by formats.");
        meter.CreateObservableUpDownCounter("millrace.edge.in_flight", () => gate.State.InFlight, "{request}",
            "Requests admitted whose answer has not ended.");
        meter.CreateObservableUpDownCounter("millrace.edge.bytes_held", () => gate.State.BytesHeld, "By",
            "Body bytes held or promised by those requests.");
    }

    /// <summary>A request was answered with an image.</summary>
    public void Converted(ImageFormat source, ImageFormat result, TimeSpan queued, TimeSpan converted, int bytes)
    {
        Count("2xx", "converted");
        _bytesOut.Add(bytes);
        _queueWait.Record(queued.TotalSeconds);
        _conversion.Record(converted.TotalSeconds, new("source", source.Name()), new("result", result.Name()));
    }

    /// <summary>A request was answered with 304.</summary>
    public void Unchanged() => Count("3xx", "unchanged");

    /// <summary>A request was answered with a problem.</summary>
    public void Refused(int status, string code)
    {
        Count(status < 500 ? "4xx" : "5xx", status == 500 ? "failed" : "refused");
        _refusals.Add(1, new KeyValuePair<string, object?>("reason", code));
    }

    /// <summary>The client went away before its answer.</summary>
    public void HungUp() => Count("none", "hung_up");

    /// <summary>A body was read.</summary>
    public void Read(long bytes) => _bytesIn.Add(bytes);

    private void Count(string statusClass, string outcome) =>
        _requests.Add(1, new("status_class", statusClass), new("outcome", outcome));

    private static Histogram<double> Seconds(Meter meter, string name, string description) =>
        meter.CreateHistogram(name, "s", description, null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });
}
