using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Poison;
using Millrace.Core.Transforms;
using Millrace.Edge.Dispatch;

namespace Millrace.Edge.Tests.Dispatch;

public sealed class PoisonCheckTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void OfLoss_OfAnImage_CountsAgainstItAndNamesTheRequest()
    {
        var (subject, request) = PoisonCheck.OfLoss(Order("width=1&format=webp", []), "kernel 1");

        Assert.Equal(Fingerprint.OfImage(Hash, "kernel 1"), subject);
        Assert.Equal(Fingerprint.OfRequest(Hash, "kernel 1", "width=1&format=webp"), request);
    }

    [Fact]
    public void OfLoss_WithAWatermark_CountsAgainstTheRequestAndNothingDisprovesIt()
    {
        var order = Order("width=1&format=webp&watermark=upload", [1]);

        var (subject, request) = PoisonCheck.OfLoss(order, "kernel 1");

        Assert.Equal(Fingerprint.OfRequest(Hash, "kernel 1", order.Request.Transform.ToString()), subject);
        Assert.Null(request);
    }

    private static ConversionOrder Order(string transform, byte[] watermark) => new()
    {
        Id = Guid.Parse("01980000-0000-7000-8000-000000000001"),
        Tenant = "tenant",
        Request = new ConversionRequest(new byte[1], TransformParser.Parse(transform).Transform!, watermark),
        ContentHash = Hash,
        Header = new ImageHeader(ImageFormat.Jpeg, 1, 1),
        Remaining = TimeSpan.FromSeconds(10),
    };
}
