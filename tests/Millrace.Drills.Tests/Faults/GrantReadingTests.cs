using Millrace.Drills.Faults;

namespace Millrace.Drills.Tests.Faults;

public sealed class GrantReadingTests
{
    private const string Here = """{"EventId":3042,"State":{"Worker":"worker-2","Instance":"w2","Kernels":3}}""";
    private const string Sent = """{"EventId":3050,"State":{"Step":"Enqueueing","Job":"j1","Tenant":"t1"}}""";

    [Theory]
    [InlineData("Granted", "j1", "worker-2")]
    [InlineData("Taken", "j1", null)]
    [InlineData("Granted", "j2", null)]
    public void Hear_AFetch_NamesWhoGotThePicture(string answer, string job, string? name)
    {
        var reading = new GrantReading(new HashSet<string> { "t1" });
        var fetched = $$$"""{"State":{"Step":"Fetched","Job":"{{{job}}}","Worker":"w2","Answer":"{{{answer}}}"}}""";

        Assert.Equal([null, null, name], new[] { Here, Sent, fetched }.Select(reading.Hear));
    }

    [Fact]
    public void Hear_AnothersOrACutLine_IsNothing()
    {
        var reading = new GrantReading(new HashSet<string> { "t2" });

        Assert.All(new[] { Here, Sent, """{"EventId":1}""", Sent[..20], "" }, line => Assert.Null(reading.Hear(line)));
    }
}
