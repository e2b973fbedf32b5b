using System.Reflection;
using Millrace.Core.Conversions;
using Millrace.Core.Kernels;
using Millrace.Kernel.Conversion;
using Millrace.Kernel.Frames;
using Millrace.Kernel.Sandbox;

namespace Millrace.Kernel;

/// <summary>
/// One kernel's life: limits, warm-up, sandbox, hello, then one image at a time until the socket closes.
/// </summary>
public static class KernelHost
{
    /// <summary>
    /// Tests set this variable for their own build of the kernel; a production build refuses to run with it.
    /// </summary>
    public const string FaultSwitch = "MILLRACE_KERNEL_FAULTS";

    /// <summary>Exit code when the command line or the environment is not a kernel's (sysexits' EX_USAGE).</summary>
    public const int ExitUsage = 64;

    /// <summary>Exit code when the worker broke the frame protocol (sysexits' EX_PROTOCOL).</summary>
    public const int ExitProtocol = 76;

    /// <summary>Runs a kernel on the socket that is file descriptor 0, until the worker closes it.</summary>
    /// <param name="arguments">As <see cref="KernelSettings.ToArguments"/> writes them.</param>
    /// <param name="onImage">Test builds only: sees each source before it is converted. Null in production.</param>
    /// <returns>0 when the worker closed the socket; otherwise an exit code with one line on stderr.</returns>
    public static int Run(string[] arguments, Action<ReadOnlyMemory<byte>>? onImage)
    {
        var settings = KernelSettings.Parse(arguments);
        if (settings is null)
            return Refuse("a kernel is started by millrace itself: limits as arguments, a socket as stdin.");
        if (onImage is null && Environment.GetEnvironmentVariable(FaultSwitch) is not null)
            return Refuse($"this is a production kernel and refuses the fault switch {FaultSwitch}; unset it.");

        var missing = KernelSandbox.Limit(settings);
        var channel = new FrameChannel();
        ParentWatch.Start();
        var converter = new Converter(settings.Limits);
        WarmUp.Run(converter);
        missing.AddRange(KernelSandbox.Close());
        channel.SendHello(new KernelHello(Build(), missing));
        return Serve(channel, converter, settings, onImage);
    }

    private static int Serve(
        FrameChannel channel, Converter converter, KernelSettings settings, Action<ReadOnlyMemory<byte>>? onImage)
    {
        while (true)
        {
            var received = channel.Receive(settings.Limits.BytesMax);
            if (received.Request is null) return received.Closed ? 0 : ExitProtocol;
            ResourceLimits.AllowCpuSeconds(settings.CpuSecondsMax);
            onImage?.Invoke(received.Request.Source);
            var outcome = converter.Convert(received.Request);
            Answer(channel, received.Sequence, outcome);
            ConverterMemory.TrimAfter(received.Request, outcome.Image);
        }
    }

    private static void Answer(FrameChannel channel, ulong sequence, ConversionOutcome outcome)
    {
        if (outcome.Image is { } image) channel.SendImage(sequence, image);
        else channel.SendFailure(sequence, outcome.Failure!.Value, outcome.Reason);
    }

    private static string Build()
    {
        var version = typeof(KernelHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        return $"kernel {version?.InformationalVersion ?? "0"}; libvips {Vips.Version()}";
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine("millrace kernel: " + reason);
        return ExitUsage;
    }
}
