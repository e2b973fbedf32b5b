using System.Runtime.InteropServices;
using Millrace.Core.Conversions;
using Millrace.Testing;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Worker.Tests.Pool;

/// <summary>The pool on real kernels: what its callers see while kernels die.</summary>
public sealed partial class KernelPoolTests
{
    private const int SignalKill = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(5);
    private static readonly byte[] Good = TestFiles.Photo("p16-fossa.jpg");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static KernelPoolOptions Faulty => TestKernel.Options(TestFiles.FaultyKernel);

    [Fact]
    public async Task Convert_ManyAtOnce_AllSucceed()
    {
        await using var running = await RunningPool.StartAsync(Faulty);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => running.ConvertAsync(Good)));

        Assert.All(outcomes, outcome => Assert.Equal(100, outcome.Image?.Width));
    }

    [Fact]
    public async Task Kill_AnyKernelUnderLoad_NobodyNotices()
    {
        await using var running = await RunningPool.StartAsync(Faulty);
        var work = Enumerable.Range(0, 300).Select(_ => running.ConvertAsync(Good)).ToList();
        var done = Task.WhenAll(work);
        var kernels = running.Pool.ProcessIds.Count;

        for (var kills = 0; kills < 3; kills++)
        {
            await Task.WhenAny([done, .. work.Where(task => !task.IsCompleted)]);
            var killed = running.Pool.ProcessIds.First();
            Assert.Equal(0, kill(killed, SignalKill));
            await UntilAsync(() => running.Pool.ProcessIds is var now && now.Count == kernels && !now.Contains(killed));
        }

        Assert.All(await done, outcome => Assert.Null(outcome.Failure));
    }

    [Fact]
    public async Task Kill_AllKernelsWhileIdle_NextImagesAreServed()
    {
        await using var running = await RunningPool.StartAsync(Faulty);
        var killed = running.Pool.ProcessIds.ToHashSet();
        foreach (var process in killed) Assert.Equal(0, kill(process, SignalKill));
        await UntilAsync(() => !running.Pool.ProcessIds.Any(killed.Contains));

        var outcomes = await Task.WhenAll(running.ConvertAsync(Good), running.ConvertAsync(Good))
            .WaitAsync(Patience, Cancel);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
    }

    public static TheoryData<string, ConversionFailure, int> Deadly() => new()
    {
        { "crash", ConversionFailure.KernelCrashed, 2 },
        { "exit", ConversionFailure.KernelCrashed, 2 },
        { "hang", ConversionFailure.KernelDeadline, 1 },
        { "spin", ConversionFailure.KernelDeadline, 1 },
        { "memory", ConversionFailure.KernelOutOfMemory, 1 },
        { "babble", ConversionFailure.KernelProtocol, 1 },
    };

    [Theory]
    [MemberData(nameof(Deadly))]
    public async Task Convert_WhenTheImageKills_ItFailsByNameAndBystandersDoNot(
        string fault, ConversionFailure failure, int attempts)
    {
        var options = Faulty with { ConversionTimeout = TimeSpan.FromSeconds(3), MemoryBytesMax = 300L << 20 };
        await using var running = await RunningPool.StartAsync(options);

        var bystanders = Enumerable.Range(0, 20).Select(_ => running.ConvertAsync(Good)).ToList();
        var deadly = await running.ConvertAsync(BadImage.Faulty(fault)).WaitAsync(Patience, Cancel);
        bystanders.AddRange(Enumerable.Range(0, 20).Select(_ => running.ConvertAsync(Good)));

        Assert.Equal((failure, attempts), (deadly.Failure, deadly.Timing.Attempts));
        Assert.All(await Task.WhenAll(bystanders), outcome => Assert.Null(outcome.Failure));
    }

    [Fact]
    public async Task Convert_OnAKernelThatWasKilledThisMoment_IsADeathByASignal()
    {
        // Chance has it whether the send sees it first or the pending read: of so many, some are of each kind.
        for (var time = 0; time < 12; time++)
        {
            await using var kernel = await TestKernel.StartAsync(TestFiles.FaultyKernel, Cancel);
            Assert.Equal(0, kill(kernel.ProcessId, SignalKill));
            SpinWait.SpinUntil(() => IsGone(kernel.ProcessId));

            var answer = await kernel.ConvertAsync(TestKernel.Request(Good));

            Assert.False(answer.Held);
            Assert.Equal(KernelDeathCause.Signal, answer.Death!.Cause);
        }
    }

    [Fact]
    public async Task Convert_WhenTheQueueIsFull_IsRefusedAtOnce()
    {
        await using var running = await RunningPool.StartAsync(Faulty with { Kernels = 1, QueueMax = 2 });
        var held = Enumerable.Range(0, 3)
            .Select(_ => running.ConvertAsync(Good, "width=800&format=avif&effort=4")).ToList();

        var refused = await running.ConvertAsync(Good);

        Assert.Equal(ConversionFailure.QueueFull, refused.Failure);
        Assert.Equal(0, refused.Timing.Attempts);
        Assert.All(await Task.WhenAll(held), outcome => Assert.Null(outcome.Failure));
    }

    [Fact]
    public async Task Convert_WhenNoKernelBecomesFreeInTime_IsRefused()
    {
        var options = Faulty with
        {
            Kernels = 1,
            QueueTimeout = TimeSpan.FromMilliseconds(100),
            ConversionTimeout = TimeSpan.FromSeconds(2),
        };
        await using var running = await RunningPool.StartAsync(options);
        var held = running.ConvertAsync(BadImage.Faulty("hang"));

        var refused = await running.ConvertAsync(Good);
        var after = await held;
        var next = await running.ConvertAsync(Good);

        Assert.Equal(ConversionFailure.QueueDeadline, refused.Failure);
        Assert.Equal(ConversionFailure.KernelDeadline, after.Failure);
        Assert.Null(next.Failure);
    }

    [Fact]
    public async Task Convert_WhenCancelledInTheQueue_GivesUpItsPlace()
    {
        await using var running = await RunningPool.StartAsync(Faulty with { Kernels = 1, QueueMax = 1 });
        var held = running.ConvertAsync(Good, "width=800&format=avif&effort=4");
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = running.Pool.ConvertAsync(TestKernel.Request(Good), hangUp.Token);

        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var next = await running.ConvertAsync(Good);
        Assert.Null(next.Failure);
        Assert.Null((await held).Failure);
    }

    [Fact]
    public async Task Convert_PastItsAge_KernelIsReplacedAndNobodyWaits()
    {
        await using var running = await RunningPool.StartAsync(Faulty with { Kernels = 1, RecycleAfter = 5 });
        var before = running.Pool.ProcessIds.ToHashSet();

        while (running.Pool.ProcessIds.Any(before.Contains))
        {
            Assert.Null((await running.ConvertAsync(Good).WaitAsync(Patience, Cancel)).Failure);
        }
    }

    [Fact]
    public async Task Stop_WaitsForWhatKernelsHold_AndRefusesWhatComes()
    {
        await using var running = await RunningPool.StartAsync(Faulty);
        var held = running.ConvertAsync(Good, "width=800&format=avif&effort=4");

        var stopping = running.Pool.StopAsync(Cancel);
        var late = await running.ConvertAsync(Good);
        await stopping;

        Assert.Null((await held).Failure);
        Assert.Equal(ConversionFailure.Stopping, late.Failure);
        Assert.Empty(running.Pool.ProcessIds);
    }

    [Fact]
    public async Task Start_WhenAProductionKernelIsGivenTheFaultSwitch_SaysSo()
    {
        var exception = await Assert.ThrowsAsync<KernelStartException>(
            () => RunningPool.StartAsync(Faulty with { KernelPath = TestFiles.ProductionKernel }));

        Assert.Contains("refuses the fault switch", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhenThereIsNoKernel_SaysWhatToDo()
    {
        var exception = await Assert.ThrowsAsync<FileNotFoundException>(
            () => RunningPool.StartAsync(Faulty with { KernelPath = "/nowhere/kernel" }));

        Assert.Contains("./dev build", exception.Message, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var impatient = new CancellationTokenSource(Patience);
        while (!condition()) await Task.Delay(Blink, TimeProvider.System, impatient.Token);
    }

    // Dead with all its threads, the last of which closes its socket; not reaped yet.
    private static bool IsGone(int process) =>
        File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal)
        && Directory.EnumerateDirectories($"/proc/{process}/task").Count() == 1;

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
