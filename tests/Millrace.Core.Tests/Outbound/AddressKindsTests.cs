using System.Buffers.Binary;
using System.Net;
using CsCheck;
using Millrace.Core.Outbound;

namespace Millrace.Core.Tests.Outbound;

public sealed class AddressKindsTests
{
    private static readonly uint[] Firsts = [0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224, 240, 255];
    private static readonly Gen<IPAddress> Four = Gen.UInt.Select(Of);

    // Half of them in the blocks that matter, which chance alone would hardly hit.
    private static readonly Gen<IPAddress> Special = Gen.Select(
        Gen.Int[0, Firsts.Length - 1], Gen.UInt,
        (first, rest) => Of((Firsts[first] << 24) | (rest & 0xFFFFFF)));

    [Theory]
    [InlineData("8.8.8.8", AddressKind.Public)]
    [InlineData("1.1.1.1", AddressKind.Public)]
    [InlineData("172.15.255.255", AddressKind.Public)]
    [InlineData("172.32.0.0", AddressKind.Public)]
    [InlineData("100.63.255.255", AddressKind.Public)]
    [InlineData("100.128.0.0", AddressKind.Public)]
    [InlineData("223.255.255.255", AddressKind.Public)]
    [InlineData("2606:4700::1111", AddressKind.Public)]
    [InlineData("2a00:1450:4001::1", AddressKind.Public)]
    [InlineData("0.0.0.0", AddressKind.Unspecified)]
    [InlineData("0.1.2.3", AddressKind.Unspecified)]
    [InlineData("10.0.0.1", AddressKind.Private)]
    [InlineData("100.64.0.0", AddressKind.Shared)]
    [InlineData("100.100.100.200", AddressKind.Shared)]
    [InlineData("100.127.255.255", AddressKind.Shared)]
    [InlineData("127.0.0.1", AddressKind.Loopback)]
    [InlineData("127.255.255.254", AddressKind.Loopback)]
    [InlineData("168.63.129.16", AddressKind.Reserved)]
    [InlineData("169.254.169.254", AddressKind.LinkLocal)]
    [InlineData("172.16.0.0", AddressKind.Private)]
    [InlineData("172.31.255.255", AddressKind.Private)]
    [InlineData("192.0.0.192", AddressKind.Reserved)]
    [InlineData("192.0.2.1", AddressKind.Documentation)]
    [InlineData("192.88.99.1", AddressKind.Reserved)]
    [InlineData("192.168.1.1", AddressKind.Private)]
    [InlineData("198.19.255.255", AddressKind.Documentation)]
    [InlineData("198.51.100.1", AddressKind.Documentation)]
    [InlineData("203.0.113.1", AddressKind.Documentation)]
    [InlineData("224.0.0.1", AddressKind.Multicast)]
    [InlineData("239.255.255.255", AddressKind.Multicast)]
    [InlineData("240.0.0.1", AddressKind.Reserved)]
    [InlineData("255.255.255.255", AddressKind.Broadcast)]
    [InlineData("::", AddressKind.Unspecified)]
    [InlineData("::1", AddressKind.Loopback)]
    [InlineData("::127.0.0.1", AddressKind.Translated)]
    [InlineData("::ffff:8.8.8.8", AddressKind.Translated)]
    [InlineData("::ffff:127.0.0.1", AddressKind.Translated)]
    [InlineData("::ffff:0:127.0.0.1", AddressKind.Translated)]
    [InlineData("64:ff9b::7f00:1", AddressKind.Translated)]
    [InlineData("64:ff9b:1::1", AddressKind.Translated)]
    [InlineData("64:ff9b:2::1", AddressKind.Reserved)]
    [InlineData("100::1", AddressKind.Reserved)]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2", AddressKind.Translated)]
    [InlineData("2001:2::1", AddressKind.Reserved)]
    [InlineData("2001:10::1", AddressKind.Reserved)]
    [InlineData("2001:db8::1", AddressKind.Documentation)]
    [InlineData("2002:7f00:1::", AddressKind.Translated)]
    [InlineData("2606:4700::5efe:7f00:1", AddressKind.Translated)]
    [InlineData("2606:4700::200:5efe:7f00:1", AddressKind.Translated)]
    [InlineData("3fff::1", AddressKind.Documentation)]
    [InlineData("4000::1", AddressKind.Reserved)]
    [InlineData("5f00::1", AddressKind.Reserved)]
    [InlineData("fc00::1", AddressKind.Private)]
    [InlineData("fd12:3456::1", AddressKind.Private)]
    [InlineData("fe80::1", AddressKind.LinkLocal)]
    [InlineData("fec0::1", AddressKind.Private)]
    [InlineData("ff02::1", AddressKind.Multicast)]
    [InlineData("2606:4700::1111%1", AddressKind.LinkLocal)]
    public void Of_ByTheRegistries_TellsTheKind(string address, AddressKind kind) =>
        Assert.Equal(kind, AddressKinds.Of(IPAddress.Parse(address)));

    [Fact]
    public void Of_EveryIpv4_AgreesWithTheBoundsInNumbers() =>
        Gen.OneOf(Four, Special).Sample(
            address => IsPublic(address) == (AddressKinds.Of(address) == AddressKind.Public));

    [Fact]
    public void Of_AnIpv4WithinAnIpv6_IsNeverPublic() => Gen.OneOf(Four, Special).Sample(address =>
    {
        var four = address.GetAddressBytes();
        byte[][] forms =
        [
            [.. new byte[10], 0xFF, 0xFF, .. four],
            [.. new byte[12], .. four],
            [0x20, 0x02, .. four, .. new byte[10]],
            [0, 0x64, 0xFF, 0x9B, .. new byte[8], .. four],
            [0x20, 0x01, 0, 0, .. four, .. new byte[8]],
            [0x2A, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0x5E, 0xFE, .. four],
        ];
        return forms.All(form => AddressKinds.Of(new IPAddress(form)) != AddressKind.Public);
    });

    [Fact]
    public void Of_AnIpv6OutsideTheAssignedEighth_IsNeverPublic() =>
        Gen.Byte.Array[16].Where(bytes => bytes[0] >> 5 != 1)
            .Sample(bytes => AddressKinds.Of(new IPAddress(bytes)) != AddressKind.Public);

    // Written apart from the code: a second opinion.
    private static bool IsPublic(IPAddress address)
    {
        var (a, b, c, d) = address.GetAddressBytes() switch { var x => (x[0], x[1], x[2], x[3]) };
        return (a, b, c, d) switch
        {
            (0 or 10 or 127 or >= 224, _, _, _) => false,
            (100, >= 64 and < 128, _, _) => false,
            (168, 63, 129, 16) => false,
            (169, 254, _, _) => false,
            (172, >= 16 and < 32, _, _) => false,
            (192, 0, 0 or 2, _) => false,
            (192, 31, 196, _) or (192, 52, 193, _) or (192, 88, 99, _) or (192, 175, 48, _) => false,
            (192, 168, _, _) => false,
            (198, 18 or 19, _, _) or (198, 51, 100, _) => false,
            (203, 0, 113, _) => false,
            _ => true,
        };
    }

    private static IPAddress Of(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
