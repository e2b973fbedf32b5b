using Millrace.Drills.Loading;

namespace Millrace.Drills.Tests.Loading;

public sealed class PumpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_WhenTheRateRises_DoesNotWaitForTheOldOne()
    {
        const double onceAnHour = 1.0 / 3600;
        var rate = onceAnHour;
        using var stop = new CancellationTokenSource(Patience, TimeProvider.System);
        var begun = 0;
        var running = new Pump(100, TimeProvider.System).RunAsync(
            () => Volatile.Read(ref rate),
            _ =>
            {
                if (++begun == 5) stop.Cancel();
                return Task.CompletedTask;
            },
            stop.Token);

        Volatile.Write(ref rate, 1000);
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(5, begun);
    }
}
