using System.Diagnostics.Metrics;

namespace Millrace.Bench;

/// <summary>Makes meters that nobody listens to.</summary>
internal sealed class BenchMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
