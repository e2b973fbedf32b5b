using System.Net;

namespace Millrace.Core.Outbound;

/// <summary>
/// Where this service dials for strangers. The same for every tenant; a tenant's own rules narrow it.
/// </summary>
public sealed record OutboundRules
{
    /// <summary>Lowest of the ports that need no privilege, which are allowed with every scheme.</summary>
    public const int FreePortMin = 1024;

    /// <summary>Whether <c>http</c> is allowed beside <c>https</c>. Default false.</summary>
    public bool AllowsHttp { get; init; }

    /// <summary>
    /// Networks that are dialled although they are not public: of one's own premises, and of tests. Default none.
    /// </summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    /// <summary>
    /// Hosts that may be named: each stands for itself and all names below it. Empty: every host. Lower case.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>
    /// Ports that may be named. Empty: 443 with https, 80 with http, and all from <see cref="FreePortMin"/>.
    /// </summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>Whether an address may be dialled.</summary>
    public bool Allows(IPAddress address)
    {
        if (AddressKinds.Of(address) == AddressKind.Public) return true;
        if (address.IsIPv4MappedToIPv6) return false;
        foreach (var network in Networks)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address)) return true;
        }
        return false;
    }

    /// <summary>Whether a host may be named.</summary>
    /// <param name="host">Lower case, without brackets.</param>
    public bool AllowsHost(string host)
    {
        if (Hosts.Count == 0) return true;
        foreach (var allowed in Hosts)
        {
            var isBelow = host.Length > allowed.Length && host[^(allowed.Length + 1)] == '.';
            if (host == allowed || (isBelow && host.EndsWith(allowed, StringComparison.Ordinal))) return true;
        }
        return false;
    }

    /// <summary>Whether a port may be named.</summary>
    /// <param name="isHttps">The scheme; otherwise it is http.</param>
    /// <param name="port">1 to 65,535.</param>
    public bool AllowsPort(bool isHttps, int port) =>
        Ports.Count > 0 ? Ports.Contains(port) : port == (isHttps ? 443 : 80) || port >= FreePortMin;
}
