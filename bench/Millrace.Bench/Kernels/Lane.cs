using Millrace.Core.Conversions;
using Millrace.Core.Kernels;
using Millrace.Core.Transforms;
using Millrace.Worker.Kernels;

namespace Millrace.Bench.Kernels;

/// <summary>One way to convert, and what its rounds cost.</summary>
internal sealed class Lane(string name, Func<Photo, Task<byte[]>> convert, int? kernelId)
{
    public string Name => name;

    /// <summary>Seconds of each round.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>CPU milliseconds a conversion, kernel and this process together, of each round.</summary>
    public List<double> CpuMilliseconds { get; } = [];

    /// <summary>Sum of all results' sizes in the last round.</summary>
    public long Bytes { get; private set; }

    public async Task RunAsync(IReadOnlyList<Photo> photos, TimeProvider time)
    {
        var (cpu, start) = (Cpu(), time.GetTimestamp());
        Bytes = 0;
        foreach (var photo in photos)
        {
            Bytes += (await convert(photo)).Length;
        }
        Seconds.Add(time.GetElapsedTime(start).TotalSeconds);
        CpuMilliseconds.Add((Cpu() - cpu).TotalMilliseconds / photos.Count);
    }

    public Task<byte[]> ConvertAsync(Photo photo) => convert(photo);

    public static Lane InProcess(bool optimise) =>
        new("NetVips in process", photo => Task.FromResult(PlainNetVips.Convert(photo.Bytes, optimise)), null);

    public static Lane InProcessShrunk(bool optimise) => new(
        "NetVips in process, decoding as the kernel does",
        photo => Task.FromResult(PlainNetVips.ConvertShrunk(photo.Bytes, PlainNetVips.Shrink(photo.Bytes), optimise)), null);

    public static Lane Of(string name, KernelProcess kernel, string transform)
    {
        var parsed = TransformParser.Parse(transform).Transform ?? throw new ArgumentException(transform, nameof(transform));
        return new Lane(name, photo => ConvertAsync(kernel, photo, parsed), kernel.ProcessId);
    }

    public static Task<KernelProcess> StartKernelAsync(string path, TimeProvider time, CancellationToken cancellationToken) =>
        KernelProcess.StartAsync(
            KernelProgram.Find(path), new KernelSettings(), KernelEnvironment.Variables(null), imageBytesMax: 256 << 20,
            TimeSpan.FromSeconds(60), time, cancellationToken);

    /// <summary>The result's bytes, copied out of their rented array.</summary>
    public static async Task<byte[]> ConvertAsync(KernelProcess kernel, Photo photo, Transform transform)
    {
        var answer = await kernel.ConvertAsync(new ConversionRequest(photo.Bytes, transform));
        using var image = answer.Outcome?.Image
            ?? throw new InvalidOperationException($"{photo.Name}: {answer.Outcome?.Reason ?? answer.Death?.Reason}");
        return image.Bytes.ToArray();
    }

    private TimeSpan Cpu() =>
        Environment.CpuUsage.TotalTime + (kernelId is { } id ? ProcessFigures.Read(id)!.Own : TimeSpan.Zero);
}
