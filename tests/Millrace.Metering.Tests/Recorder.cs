using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Images;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Metering.Tests;

/// <summary>A recorder under a clock that the test sets, with both stores in memory.</summary>
internal sealed class Recorder : IDisposable
{
    public const string Name = "edge-1";
    public static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static int Ids;

    public Recorder(
        string folder, IUsageLedger? ledger, IObjectStore? store, TimeProvider? time = null,
        Func<MeteringOptions, MeteringOptions>? set = null)
    {
        Time = time ?? new FakeTimeProvider(Noon);
        var options = new MeteringOptions { Folder = folder, Recorder = Name, FileBytes = 16 * 1024 };
        Recording = new Recording(
            Options.Create((set ?? (same => same))(options)), ledger, store, new MeteringMetrics(new Meters()),
            new Random(1), Time, NullLoggerFactory.Instance);
    }

    public TimeProvider Time { get; }

    public Recording Recording { get; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A record like no other.</summary>
    public static UsageRecord Of(string tenant, DateTimeOffset at, Lane lane = Lane.Interactive)
    {
        var number = Interlocked.Increment(ref Ids);
        return new UsageRecord
        {
            Id = Guid.CreateVersion7(at),
            Tenant = tenant,
            At = at,
            Lane = lane,
            Class = (UsageClass)(number % 3),
            Source = ImageFormat.Jpeg,
            Result = number % 5 == 0 ? null : ImageFormat.Webp,
            BytesIn = 200_000 + (number * 7919 % 100_000),
            BytesOut = number % 5 == 0 ? 0 : 9_000 + (number * 31 % 5_000),
            Pixels = 4_000 * 3_000,
            Results = number % 5 == 0 ? 0 : 1,
            Status = number % 5 == 0 ? 422 : 200,
            Duration = TimeSpan.FromMicroseconds(20_000 + (number * 104_729 % 9_000)),
            IsBillable = number % 5 != 0,
        };
    }

    /// <summary>Records so many, of three tenants, at the clock's time.</summary>
    public List<UsageRecord> Record(int count)
    {
        var records = Enumerable.Range(0, count)
            .Select(number => Of($"tenant-{number % 3}", Time.GetUtcNow())).ToList();
        foreach (var record in records) Assert.True(Recording.Journal.Record(record));
        return records;
    }

    /// <summary>One round of every loop, each after the other.</summary>
    public async Task ShipAsync()
    {
        foreach (var loop in Recording.Loops) await loop.TryAsync(Cancel);
    }

    public void Dispose() => Recording.Dispose();

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
