using BenchmarkDotNet.Attributes;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Bench.Micro;

/// <summary>What every request pays twice, at the edge and in the kernel.</summary>
public class HeaderProbeBenchmarks
{
    private static readonly Transform Narrow = new() { Width = 300 };
    private static readonly ImageLimits Limits = new();
    private byte[] _bytes = [];

    /// <summary>A photograph of each format: 304 KB, 10 scans in 175 KB, and the others.</summary>
    [Params("p10-wine.jpg", "p09-umang.jpg", "other/kodak23.png", "other/seeding.webp", "other/seeding.avif")]
    public string File { get; set; } = "";

    [GlobalSetup]
    public void Load() => _bytes = System.IO.File.ReadAllBytes(
        Path.Combine(new Places(Directory.GetCurrentDirectory()).Corpus, File));

    [Benchmark]
    public ProbeOutcome Probe() => HeaderProbe.Read(_bytes);

    [Benchmark]
    public SourceVerdict Check() => SourceCheck.Check(_bytes, Narrow, Limits);
}
