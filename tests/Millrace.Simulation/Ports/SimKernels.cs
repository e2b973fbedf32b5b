using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Simulation.Ports;

/// <summary>A worker's kernels: take their time, and die as the picture or the weather wants it.</summary>
internal sealed class SimKernels(
    SimProcess process, Weather weather, Pictures pictures, PoisonJudge judge, double slowness)
{
    private static readonly TimeSpan HangsFor = TimeSpan.FromSeconds(5);

    /// <summary>The two ways to a kernel, as the pool has them.</summary>
    public KernelHands Hands => new(ConvertAsync, AloneAsync);

    private async Task<QuarantineKernel?> AloneAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(process.Line.Between(20, 60), process.Time, cancellationToken);
        return new QuarantineKernel(ConvertAsync, static () => Task.CompletedTask);
    }

    private async Task<KernelAnswer> ConvertAsync(ConversionRequest request)
    {
        var picture = pictures.Find(request.Source.Span);
        process.Say($"a kernel gets {picture.Hash[..6]} ({picture.Kind})");
        picture.Tries++;
        var isSecond = picture.Tries % 2 == 0;
        await Task.Delay(process.Line.Between(15, 120) * slowness, process.Time);
        switch (picture.Kind)
        {
            case PictureKind.Crashes:
                Killed(picture);
                return Dead(KernelDeathCause.Signal);
            case PictureKind.Hangs:
                await Task.Delay(HangsFor, process.Time);
                Killed(picture);
                return Dead(KernelDeathCause.Deadline);
            case PictureKind.KillsWorkerByTurns when isSecond:
                return new(Made(picture), null, Held: true);
            case PictureKind.KillsWorker or PictureKind.KillsWorkerByTurns:
                Killed(picture);
                process.Kill("its image killed it");
                return await new TaskCompletionSource<KernelAnswer>().Task;
        }
        if (!weather.KillsKernel()) return new(Made(picture), null, Held: true);
        process.Say($"a kernel with {picture.Hash[..6]} is killed by somebody");
        picture.Blamed++;
        return Dead(KernelDeathCause.Signal);
    }

    private void Killed(Picture picture) => judge.Killed(
        picture.Hash, process, picture.InTurn, picture.Kind == PictureKind.KillsWorkerByTurns);

    private static KernelAnswer Dead(KernelDeathCause cause) => new(null, new KernelDeath(cause, null, ""), Held: true);

    private static ConversionOutcome Made(Picture picture) => ConversionOutcome.Of(
        new ConvertedImage(picture.Made, ImageFormat.Webp, 300, 300, 1, Picture.Header, null), default);
}
