using System.Net;
using System.Net.Sockets;

namespace Millrace.Core.Outbound;

/// <summary>What an IP address is for. Only <see cref="Public"/> ones are dialled for strangers.</summary>
public enum AddressKind
{
    /// <summary>A host of the internet.</summary>
    Public,

    /// <summary>This host or this network: 0.0.0.0/8, ::.</summary>
    Unspecified,

    /// <summary>This host.</summary>
    Loopback,

    /// <summary>Of a private network: RFC 1918, unique local and site-local.</summary>
    Private,

    /// <summary>On this wire; where clouds serve their credentials.</summary>
    LinkLocal,

    /// <summary>Behind a carrier's translation: 100.64.0.0/10.</summary>
    Shared,

    /// <summary>Many hosts.</summary>
    Multicast,

    /// <summary>All hosts of a wire.</summary>
    Broadcast,

    /// <summary>Of documents and benchmarks.</summary>
    Documentation,

    /// <summary>An IPv4 address within an IPv6 one: mapped, compatible, 6to4, NAT64, Teredo, ISATAP.</summary>
    Translated,

    /// <summary>Set aside for protocols, for later, or for one cloud's own use.</summary>
    Reserved,
}

/// <summary>
/// Tells what an address is for, by IANA's registries of special addresses (IPv4: RFC 6890 and its successors; IPv6:
/// only 2000::/3 is public, and not all of it). Pure.
/// </summary>
public static class AddressKinds
{
    private static readonly (IPNetwork Network, AddressKind Kind)[] Four =
    [
        Block("255.255.255.255/32", AddressKind.Broadcast),
        Block("0.0.0.0/8", AddressKind.Unspecified),
        Block("10.0.0.0/8", AddressKind.Private),
        Block("100.64.0.0/10", AddressKind.Shared),
        Block("127.0.0.0/8", AddressKind.Loopback),
        // Azure's own services for its machines, a public address by its number.
        Block("168.63.129.16/32", AddressKind.Reserved),
        Block("169.254.0.0/16", AddressKind.LinkLocal),
        Block("172.16.0.0/12", AddressKind.Private),
        Block("192.0.0.0/24", AddressKind.Reserved),
        Block("192.0.2.0/24", AddressKind.Documentation),
        Block("192.31.196.0/24", AddressKind.Reserved),
        Block("192.52.193.0/24", AddressKind.Reserved),
        Block("192.88.99.0/24", AddressKind.Reserved),
        Block("192.168.0.0/16", AddressKind.Private),
        Block("192.175.48.0/24", AddressKind.Reserved),
        Block("198.18.0.0/15", AddressKind.Documentation),
        Block("198.51.100.0/24", AddressKind.Documentation),
        Block("203.0.113.0/24", AddressKind.Documentation),
        Block("224.0.0.0/4", AddressKind.Multicast),
        Block("240.0.0.0/4", AddressKind.Reserved),
    ];

    private static readonly (IPNetwork Network, AddressKind Kind)[] Six =
    [
        Block("::/128", AddressKind.Unspecified),
        Block("::1/128", AddressKind.Loopback),
        Block("::/96", AddressKind.Translated),
        Block("::ffff:0:0:0/96", AddressKind.Translated),
        Block("64:ff9b::/96", AddressKind.Translated),
        Block("64:ff9b:1::/48", AddressKind.Translated),
        Block("2001::/32", AddressKind.Translated),
        Block("2001::/23", AddressKind.Reserved),
        Block("2001:db8::/32", AddressKind.Documentation),
        Block("2002::/16", AddressKind.Translated),
        Block("2620:4f:8000::/48", AddressKind.Reserved),
        Block("3fff::/20", AddressKind.Documentation),
        Block("fc00::/7", AddressKind.Private),
        Block("fe80::/10", AddressKind.LinkLocal),
        Block("fec0::/10", AddressKind.Private),
        Block("ff00::/8", AddressKind.Multicast),
    ];

    private static readonly IPNetwork Assigned = IPNetwork.Parse("2000::/3");

    /// <summary>What an address is for; one that no registry names is <see cref="AddressKind.Reserved"/>.</summary>
    public static AddressKind Of(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => Listed(Four, address) ?? AddressKind.Public,
        AddressFamily.InterNetworkV6 => OfSix(address),
        _ => AddressKind.Reserved,
    };

    private static AddressKind OfSix(IPAddress address)
    {
        // Before the blocks: the framework holds a mapped address against them as the IPv4 address that it maps.
        if (address.IsIPv4MappedToIPv6) return AddressKind.Translated;
        // Public addresses have no scope, and one with a scope is another on every wire.
        if (address.ScopeId != 0) return AddressKind.LinkLocal;
        if (Listed(Six, address) is { } kind) return kind;
        if (IsIsatap(address)) return AddressKind.Translated;
        return Assigned.Contains(address) ? AddressKind.Public : AddressKind.Reserved;
    }

    private static AddressKind? Listed((IPNetwork Network, AddressKind Kind)[] blocks, IPAddress address)
    {
        foreach (var (network, kind) in blocks)
        {
            if (network.Contains(address)) return kind;
        }
        return null;
    }

    // Any prefix, then 0000:5efe or 0200:5efe, then the IPv4 address (RFC 5214).
    private static bool IsIsatap(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return (bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE;
    }

    private static (IPNetwork Network, AddressKind Kind) Block(string network, AddressKind kind) =>
        (IPNetwork.Parse(network), kind);
}
