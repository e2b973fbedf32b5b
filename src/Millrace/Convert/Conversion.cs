using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Transforms;
using Millrace.Worker;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Convert;

/// <summary>Runs the command: kernels, then the work over all of them, then the summary.</summary>
internal static class Conversion
{
    /// <returns>An <see cref="ExitCode"/>; every failure was named on stderr.</returns>
    public static async Task<int> RunAsync(ConvertArguments arguments, CancellationToken cancellationToken)
    {
        var parsing = arguments.Parse();
        if (parsing.Transform is not { } transform) return Refuse(parsing.Refusal!.ToString());
        var work = WorkList.Of(arguments, transform);
        if (work.Refusal is { } refusal) return Refuse(refusal);
        try
        {
            byte[] watermark = arguments.WatermarkPath is { } path
                ? await File.ReadAllBytesAsync(path, cancellationToken)
                : [];
            await using var services = Compose(arguments, work.Items.Count);
            var pool = services.GetRequiredService<KernelPool>();
            await pool.StartAsync(cancellationToken);
            var report = await ConvertAllAsync(pool, work, transform, watermark, cancellationToken);
            await pool.StopAsync(CancellationToken.None);
            report.Print();
            return report.Failed == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OptionsValidationException exception)
        {
            return Refuse(string.Join("; ", exception.Failures));
        }
        catch (OperationCanceledException)
        {
            return Refuse("stopped; what was converted is complete, nothing is half written.", ExitCode.Failed);
        }
        catch (Exception exception)
            when (exception is KernelStartException or IOException or UnauthorizedAccessException)
        {
            return Refuse(exception.Message);
        }
    }

    private static async Task<Report> ConvertAllAsync(
        KernelPool pool, WorkList work, Transform transform, byte[] watermark, CancellationToken cancellationToken)
    {
        var report = new Report(TimeProvider.System, work.Items.Count);
        await report.ShowAsync(() => Parallel.ForEachAsync(
            work.Items,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = pool.Concurrency + 1,
                CancellationToken = cancellationToken,
            },
            async (item, cancel) => await ConvertAsync(pool, item, transform, watermark, report, cancel)));
        return report;
    }

    private static async Task ConvertAsync(
        KernelPool pool, WorkItem item, Transform transform, byte[] watermark, Report report,
        CancellationToken cancellationToken)
    {
        try
        {
            var source = await ImageFile.ReadAsync(item.Input, cancellationToken);
            var request = new ConversionRequest(source, transform, watermark);
            var outcome = await pool.ConvertAsync(request, cancellationToken);
            using var image = outcome.Image;
            if (image is null)
            {
                report.AddFailure(item.Input, outcome.Reason);
                return;
            }
            await ImageFile.WriteAsync(item.Output, image.Bytes, cancellationToken);
            report.AddSuccess(source.Length, image.Bytes.Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report.AddFailure(item.Input, exception.Message);
        }
    }

    private static ServiceProvider Compose(ConvertArguments arguments, int images)
    {
        var services = new ServiceCollection();
        var settings = new Dictionary<string, string?> { ["Worker:Pool:Sandbox"] = arguments.Sandbox.ToString() };
        var kernels = arguments.Kernels ?? Math.Min(images, new KernelPoolOptions().Kernels);
        settings["Worker:Pool:Kernels"] = FormattableString.Invariant($"{kernels}");
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging(logging => ConsoleLog.Use(logging, asJson: false, LogLevel.Warning));
        services.AddKernelPool();
        return services.BuildServiceProvider();
    }

    private static int Refuse(string reason, int exitCode = ExitCode.Unusable)
    {
        Console.Error.WriteLine("millrace: " + reason);
        return exitCode;
    }
}
