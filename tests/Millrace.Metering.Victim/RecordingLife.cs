using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Metering.Victim;

/// <summary>Records, and says on stdout the id of each record once it was acknowledged.</summary>
internal sealed class RecordingLife : IDisposable
{
    private const int Threads = 4;
    private const int HeldMax = 200;
    private readonly Recording _recording;

    public RecordingLife(string folder)
    {
        var options = new MeteringOptions
        {
            Folder = folder,
            Recorder = "victim",
            FileBytes = 16 * 1024,
            HeldMax = HeldMax,
            FlushInterval = TimeSpan.FromMilliseconds(10),
        };
        _recording = new Recording(
            Options.Create(options), null, null, new MeteringMetrics(new NoMeters()), new Random(1),
            TimeProvider.System, NullLoggerFactory.Instance);
        Say("ready");
    }

    public Task RecordAsync() => Task.WhenAll(Enumerable.Range(0, Threads).Select(number => Task.Run(() =>
    {
        for (var count = 0; ; count++) Record(number, count);
    })));

    /// <summary>
    /// The disk takes no more from the first record on; says how many were kept in memory, and what it refuses with;
    /// then the disk takes all again, and it says how many are written.
    /// </summary>
    public async Task FillAsync()
    {
        for (var count = 0; count < 10; count++) Record(0, count);
        FileLimit.Set(bytes: 100);
        var kept = 0;
        while (_recording.Journal.Refusing is null) kept += Record(1, kept) ? 1 : 0;
        Say($"kept {kept}");
        while (Record(1, kept)) kept++;
        Say($"full {kept}");
        FileLimit.Lift();
        while (_recording.Journal.Trouble is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        Say($"written {_recording.Journal.Written} {_recording.Journal.Refusing ?? "taking"}");
        Record(2, kept);
        Say("done");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }

    public void Dispose() => _recording.Dispose();

    private bool Record(int thread, int count)
    {
        var id = new Guid(RandomNumberGenerator.GetBytes(16));
        var isRecorded = _recording.Journal.Record(new UsageRecord
        {
            Id = id,
            Tenant = string.Create(CultureInfo.InvariantCulture, $"tenant-{thread}"),
            At = TimeProvider.System.GetUtcNow(),
            Lane = Lane.Interactive,
            Class = UsageClass.Standard,
            Source = ImageFormat.Jpeg,
            Result = ImageFormat.Webp,
            BytesIn = count,
            BytesOut = count / 2,
            Pixels = 120_000,
            Results = 1,
            Status = 200,
            Duration = TimeSpan.FromMilliseconds(20),
            IsBillable = true,
        });
        if (isRecorded) Say($"+ {id:N}");
        return isRecorded;
    }

    private static void Say(string line) => Console.Out.WriteLine(line);

    /// <summary>Meters that nobody listens to, without the time that a container takes to start.</summary>
    private sealed class NoMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
