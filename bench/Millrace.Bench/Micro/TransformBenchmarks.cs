using BenchmarkDotNet.Attributes;
using Millrace.Core.Transforms;

namespace Millrace.Bench.Micro;

public class TransformBenchmarks
{
    private Transform _transform = Transform.None;

    [Params("width=300", "width=300&height=200&fit=cover&gravity=smart&format=webp&quality=70&sharpen=1&metadata=copyright")]
    public string Query { get; set; } = "";

    [GlobalSetup]
    public void Parse() => _transform = TransformParser.Parse(Query).Transform!;

    [Benchmark]
    public object ParseQuery() => TransformParser.Parse(Query);

    [Benchmark]
    public string WriteText() => _transform.ToString();
}
