using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Edge.Tests;

/// <summary>What one server's own instruments measured; a test waits for a measurement, not for a time.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<(string Name, string Tags)> _all = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Measurements(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Millrace.Edge" && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Waits till an instrument measured a thing with all these tags: name=value or, for any, name=.</summary>
    public async Task UntilAsync(string instrument, params string[] tags)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_all.Any(m => m.Name == instrument && tags.All(tag => Holds(m.Tags, tag)))) return;
                more = _more.Task;
            }
            await more.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a gauge stands at a value.</summary>
    public async Task UntilGaugeAsync(string instrument, int value)
    {
        using var patience = new CancellationTokenSource(EdgeServer.Patience);
        while (!Stands(instrument, $"={value};"))
        {
            Assert.False(patience.IsCancellationRequested, $"{instrument} never stood at {value}.");
            await Task.Yield();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool Holds(string tags, string tag) =>
        tags.Contains(tag.EndsWith('=') ? tag : tag + ";", StringComparison.Ordinal);

    private bool Stands(string instrument, string value)
    {
        lock (_lock) _all.RemoveAll(m => m.Name == instrument);
        _listener.RecordObservableInstruments();
        lock (_lock) return _all.Any(m => m.Name == instrument && m.Tags.StartsWith(value, StringComparison.Ordinal));
    }

    private void Add<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = $"={value};" + string.Concat(tags.ToArray().Select(tag => $"{tag.Key}={tag.Value};"));
        TaskCompletionSource woken;
        lock (_lock)
        {
            _all.Add((instrument.Name, text));
            woken = _more;
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.SetResult();
    }
}
