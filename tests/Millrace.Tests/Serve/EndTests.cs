using System.Net;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>How a server ends: asked to, or killed.</summary>
public sealed class EndTests
{
    // Long enough to be still under way when the signal comes, far below the deadline of one conversion.
    private const string Slow = "width=700&format=avif&effort=3";

    private const string Prompt = """{ "Edge": { "Serving": { "DrainDelay": "00:00:00" } } }""";

    // Hundredths of a second of processor time that nothing but an image takes.
    private const int WorkTicks = 3;
    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");

    [Fact]
    public async Task Terminated_UnderLoad_AnswersWhatItHoldsAndEndsInOrder()
    {
        await using var service = await Service.StartAsync(Prompt);
        var kernels = service.Process.Kernels();
        var working = UntilItWorksAsync(service);
        var held = Enumerable.Range(0, 6).Select(_ => service.ConvertAsync(Photo, Slow)).ToList();
        await working;

        Assert.True(Signals.Send(service.Process.Id, Signals.Terminate));

        // What had not been taken yet is told to go elsewhere; nothing is dropped.
        var answers = await Task.WhenAll(held);
        Assert.All(answers, answer => Assert.Contains(
            answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable }));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(0, await service.Process.ExitAsync());
        Assert.DoesNotContain(kernels, Signals.Lives);
        Assert.DoesNotContain("fail:", service.Process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminated_WhileOneImageTakesLong_StillAnswersIt()
    {
        await using var service = await Service.StartAsync(Prompt);
        var working = UntilItWorksAsync(service);
        var held = service.BytesAsync(TestFiles.Photo("p04-picos.jpg"), "width=1200&format=avif&effort=3");
        await working;

        Assert.True(Signals.Send(service.Process.Id, Signals.Terminate));

        Assert.NotEmpty(await held);
        Assert.Equal(0, await service.Process.ExitAsync());
    }

    [Fact]
    public async Task Killed_TheServiceItself_LeavesNoKernel()
    {
        await using var service = await Service.StartAsync();
        var kernels = service.Process.Kernels();
        Assert.NotEmpty(kernels);

        Assert.True(Signals.Send(service.Process.Id, Signals.Kill));

        await Patience.UntilAsync(() => !kernels.Any(Signals.Lives), "the kernels were gone", TimeSpan.FromSeconds(2));
    }

    private static Task UntilItWorksAsync(Service service)
    {
        var idle = service.Process.Kernels().ToDictionary(kernel => kernel, Signals.CpuTicks);
        return Patience.UntilAsync(
            () => idle.Any(kernel => Signals.CpuTicks(kernel.Key) > kernel.Value + WorkTicks), "a kernel worked");
    }
}
