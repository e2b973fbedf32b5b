using Millrace.Queue.Rabbit;

namespace Millrace.Queue.Tests.Rabbit;

public sealed class RabbitQueueOptionsTests
{
    private static readonly RabbitQueueOptions Good =
        new() { Nodes = [new Uri("amqp://a:5672"), new Uri("amqps://b")] };

    [Fact]
    public void Validate_WhenDefaultWithNodes_Succeeds()
    {
        Assert.True(new RabbitQueueOptionsValidator().Validate(null, Good).Succeeded);
    }

    [Theory]
    [InlineData("http://a", "http://a")]
    [InlineData("amqp://a/vhost", "amqp://a")]
    [InlineData("amqp://user:secret@a", "has a password in it")]
    public void Validate_WhenANodeIsNone_NamesItWithoutItsSecret(string node, string expected)
    {
        var failure = Failure(Good with { Nodes = [new Uri(node)] });

        Assert.Contains(expected, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_WhenWithoutNodesOrOutOfRange_SaysSo()
    {
        Assert.Contains("Nodes", Failure(Good with { Nodes = [] }), StringComparison.Ordinal);
        Assert.Contains("Cells", Failure(Good with { Cells = 0 }), StringComparison.Ordinal);
        Assert.Contains("QueuePrefix", Failure(Good with { QueuePrefix = "a b" }), StringComparison.Ordinal);
        Assert.Contains("ClientKeyFile", Failure(Good with { ClientCertificateFile = "a" }), StringComparison.Ordinal);
    }

    private static string Failure(RabbitQueueOptions options) =>
        new RabbitQueueOptionsValidator().Validate(null, options).FailureMessage ?? "none";
}
