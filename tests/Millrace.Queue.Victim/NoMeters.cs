using System.Diagnostics.Metrics;

namespace Millrace.Queue.Victim;

/// <summary>Meters that nobody listens to, without the time that a container takes to start.</summary>
internal sealed class NoMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
