using Millrace.Drills.Faults;

namespace Millrace.Drills.Tests.Faults;

public sealed class StartReadingTests
{
    private const string Here = """{"EventId":3042,"State":{"Worker":"worker-2","Instance":"w2","Kernels":3}}""";
    private const string Sent = """{"EventId":3050,"State":{"Step":"Enqueueing","Job":"j1","Tenant":"t1"}}""";

    [Theory]
    [InlineData("Started", "j1", "worker-2")]
    [InlineData("Fetched", "j1", null)]
    [InlineData("Started", "j2", null)]
    public void Hear_AStart_NamesWhoseKernelGetsThePicture(string step, string job, string? name)
    {
        var reading = new StartReading(new HashSet<string> { "t1" });
        var line = $$$"""{"State":{"Step":"{{{step}}}","Job":"{{{job}}}","Worker":"w2","Answer":null}}""";

        Assert.Equal([null, null, name], new[] { Here, Sent, line }.Select(reading.Hear));
    }

    [Fact]
    public void Hear_AnothersOrACutLine_IsNothing()
    {
        var reading = new StartReading(new HashSet<string> { "t2" });

        Assert.All(new[] { Here, Sent, """{"EventId":1}""", Sent[..20], "" }, line => Assert.Null(reading.Hear(line)));
    }
}
