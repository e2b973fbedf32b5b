using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Poison;
using Millrace.Core.Transforms;
using Millrace.Edge.Dispatch;

namespace Millrace.Edge.Tests.Dispatch;

public sealed class OpenConversionTests
{
    [Fact]
    public async Task OnTime_WhenTheDeadlineIsPast_DoesNotRingAtOnceAgain()
    {
        var time = new HandTime();
        var parts = Parts(time, new MemoryQueue());
        var gate = new FirstSightGate(Options.Create(parts.Options));
        var seat = await gate.EnterAsync(new string('a', 64), Guid.Empty, TestContext.Current.CancellationToken);
        var conversion = new OpenConversion(Order(), seat!, parts);
        var running = conversion.RunAsync(0, TestContext.Current.CancellationToken);

        time.Now = TimeSpan.FromSeconds(11).Ticks;
        time.Ring();

        Assert.NotNull((await running).Failure);
        Assert.DoesNotContain(TimeSpan.Zero, time.Dues);
    }

    private static ConversionOrder Order() => new()
    {
        Id = Guid.Parse("01980000-0000-7000-8000-000000000001"),
        Tenant = "tenant",
        Request = new ConversionRequest(new byte[1], TransformParser.Parse("width=1&format=webp").Transform!),
        ContentHash = new string('a', 64),
        Header = new ImageHeader(ImageFormat.Jpeg, 1, 1),
        Remaining = TimeSpan.FromSeconds(10),
    };

    private static DispatchParts Parts(TimeProvider time, MemoryQueue queue)
    {
        var services = new ServiceCollection();
        services.AddEdgeDispatch();
        services.AddSingleton(time);
        services.AddSingleton<Core.Tickets.IJobQueue>(queue);
        services.AddSingleton<IPoisonLedger>(new MemoryLedger());
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(
            new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        return services.BuildServiceProvider().GetRequiredService<DispatchParts>();
    }

    /// <summary>Time that is set, and timers that ring by hand.</summary>
    private sealed class HandTime : TimeProvider
    {
        private TimerCallback? _ring;
        private object? _state;

        public long Now { get; set; }

        public List<TimeSpan> Dues { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;

        public void Ring() => _ring!(_state);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_ring, _state) = (callback, state);
            return new HandTimer(this);
        }

        private sealed class HandTimer(HandTime time) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                lock (time.Dues) time.Dues.Add(dueTime);
                return true;
            }

            public void Dispose()
            {
                // It rings by hand.
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
