using Millrace.Region.Watch;

namespace Millrace.Cluster.Tests;

public sealed class CopiesTests
{
    [Fact]
    public void Read_OfABrokersList_NamesTheCopiesThatDoNotLive()
    {
        const string list = """
            millrace.v1.0.bulk	quorum	[r1@broker-1, r3@broker-3, r2@broker-2]	[r1@broker-1, r2@broker-2]
            millrace.v1.0.heavy	quorum	[r1@broker-1, r3@broker-3]	[r3@broker-3, r1@broker-1]
            millrace.v1.poison	stream	[r1@broker-1, r2@broker-2]	[r1@broker-1]
            millrace.v1.dead	quorum	[r1@broker-1, r2@broker-2]	[]

            """;

        var dead = Copies.Read(list.Replace("\\t", "\t", StringComparison.Ordinal));

        Assert.Equal(
        [
            new("millrace.v1.0.bulk", "r3@broker-3"), new("millrace.v1.dead", "r1@broker-1"),
            new("millrace.v1.dead", "r2@broker-2"),
        ], dead);
        Assert.Equal(
            "1 copies of queues are dead: millrace.v1.0.bulk at r3@broker-3", Copies.Tell([dead[0]]));
        Assert.Equal("0 copies of queues are dead", Copies.Tell([]));
    }
}
