using System.Text.Json;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>Images that kill, hang or eat, through the test build of the kernel, which production refuses.</summary>
public sealed class FaultTests
{
    private const string Switch = "MILLRACE_KERNEL_FAULTS";
    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");

    [Fact]
    public async Task EveryFault_IsNamed_WhileBystandersSucceed()
    {
        await using var service = await Service.StartAsync(Settings(), (Switch, "1"));
        (string Fault, string Code)[] faults =
        [
            ("crash", "kernel-crashed"), ("exit", "kernel-crashed"), ("hang", "kernel-deadline"),
            ("spin", "kernel-deadline"), ("memory", "kernel-out-of-memory"), ("babble", "kernel-protocol"),
        ];
        foreach (var (fault, code) in faults)
        {
            var bystanders = Enumerable.Range(0, 8).Select(_ => service.BytesAsync(Photo)).ToList();

            // Of a tenant of its own: past its budget of deaths all work of a tenant waits for quarantine kernels.
            var problem = await service.ProblemAsync(BadImage.Faulty(fault), tenant: "with-" + fault);
            Assert.Equal((fault, (422, code)), (fault, problem));

            await Task.WhenAll(bystanders);
            await service.BytesAsync(Photo);
        }
    }

    [Fact]
    public async Task AProductionKernel_WithTheFaultSwitch_DoesNotStart()
    {
        using var data = new TemporaryFolder();

        var (exitCode, output, errors) = await MillraceProcess.RunAsync(
            Service.Arguments(data), environment: (Switch, "1"));

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("refuses the fault switch", line, StringComparison.Ordinal);
    }

    private static string Settings() => JsonSerializer.Serialize(new
    {
        Worker = new
        {
            Pool = new
            {
                KernelPath = TestFiles.FaultyKernel,
                ConversionTimeout = "00:00:03",
                MemoryBytesMax = 300 << 20,
            },
        },
    });
}
