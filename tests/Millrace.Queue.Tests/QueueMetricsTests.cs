using System.Diagnostics.Metrics;
using Millrace.Contracts.Tickets;
using Millrace.Queue.Tests.Sqlite;

namespace Millrace.Queue.Tests;

public sealed class QueueMetricsTests
{
    [Fact]
    public async Task Instruments_AfterATicketOfEachFate_CountItByLane()
    {
        await using var folder = new QueueFolder();
        folder.Options = folder.Options with { MemoryTicketsMax = 2 };
        using var seen = new Seen(folder.Meters);
        var queue = await folder.OpenQueueAsync();
        for (var number = 1; number <= 3; number++)
            await queue.EnqueueAsync(NumberedTicket.Of(number), CancellationToken.None);
        await using var consumer = new Consumer(queue, credit: 1);

        await (await consumer.NextAsync()).ReleaseAsync(TimeSpan.Zero);
        await (await consumer.NextAsync()).CompleteAsync();

        Assert.Equal(2, seen["millrace.queue.enqueued", "interactive"]);
        Assert.Equal(1, seen["millrace.queue.refused", "interactive"]);
        Assert.Equal(2, seen["millrace.queue.leased", "interactive"]);
        Assert.Equal(1, seen["millrace.queue.completed", "interactive"]);
        Assert.Equal(1, seen["millrace.queue.released", "interactive"]);
        Assert.Equal(1, seen["millrace.queue.depth", "interactive"]);
        Assert.Equal(0, seen["millrace.queue.depth", "bulk"]);
        Assert.True(seen["millrace.queue.oldest.age", "interactive"] > 0);
    }

    /// <summary>What a meter factory's instruments have told, summed by lane; gauges are read when asked for.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly Dictionary<(string, string), double> _values = [];
        private readonly MeterListener _listener = new();

        public Seen(IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory)) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public double this[string name, string lane]
        {
            get
            {
                lock (_values)
                {
                    foreach (var key in _values.Keys.Where(key => key.Item1 == "millrace.queue.depth"))
                        _values[key] = 0;
                }
                _listener.RecordObservableInstruments();
                lock (_values) return _values[(name, lane)];
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = (instrument.Name, (string)tags[0].Value!);
            lock (_values) _values[key] = _values.GetValueOrDefault(key) + value;
        }
    }
}
