using System.Net;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>How a server ends: asked to, or killed.</summary>
public sealed class EndTests
{
    // Long enough to be still under way when the signal comes.
    private const string Slow = "width=700&format=avif&effort=3";
    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");

    [Fact]
    public async Task Terminated_UnderLoad_AnswersWhatItHoldsAndEndsInOrder()
    {
        await using var service = await Service.StartAsync("""{ "Edge": { "Serving": { "DrainDelay": "00:00:00" } } }""");
        var kernels = service.Process.Kernels();
        var held = Enumerable.Range(0, 6).Select(_ => service.ConvertAsync(Photo, Slow)).ToList();
        await Patience.UntilAsync(() => service.Process.Kernels().Any(IsBusy), "it worked");

        Assert.True(Signals.Send(service.Process.Id, Signals.Terminate));

        foreach (var answer in await Task.WhenAll(held))
        {
            // What had not been taken yet is told to go elsewhere; nothing is dropped.
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
            answer.Dispose();
        }
        Assert.Contains(held, task => task.Status == TaskStatus.RanToCompletion);
        Assert.Equal(0, await service.Process.ExitAsync());
        Assert.DoesNotContain(kernels, Signals.Lives);
        Assert.DoesNotContain("fail:", service.Process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminated_WhileOneImageTakesLong_StillAnswersIt()
    {
        await using var service = await Service.StartAsync("""{ "Edge": { "Serving": { "DrainDelay": "00:00:00" } } }""");
        var held = service.BytesAsync(TestFiles.Photo("p04-picos.jpg"), "format=avif&effort=4");
        await Patience.UntilAsync(() => service.Process.Kernels().Any(IsBusy), "it worked");

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

    // Running, or waiting for a processor.
    private static bool IsBusy(int kernel)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{kernel}/task")
                .Any(task => File.ReadAllText(Path.Combine(task, "stat")).Contains(") R ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }
}
