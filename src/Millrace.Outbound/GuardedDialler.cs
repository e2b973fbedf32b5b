using System.Net;
using System.Net.Sockets;
using Millrace.Core.Outbound;

namespace Millrace.Outbound;

/// <summary>
/// The addresses of a host, as DNS says now; empty or a <see cref="SocketException"/> when it knows none.
/// </summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>
/// Opens connections to allowed addresses only. A name is resolved once, its addresses are checked, and one of these
/// very addresses is dialled: a name that changes its mind in between has no in-between.
/// </summary>
/// <param name="rules">Which addresses are allowed.</param>
/// <param name="addressesMax">How many of a name are tried.</param>
/// <param name="resolve">Asks DNS.</param>
internal sealed class GuardedDialler(OutboundRules rules, int addressesMax, ResolveHost resolve)
{
    /// <summary>Connects to a host; the caller's token is the limit.</summary>
    /// <exception cref="ForbiddenAddressException">None of its addresses is allowed; nothing was dialled.</exception>
    /// <exception cref="SocketException">The name is unknown, or none of its addresses answers.</exception>
    public async Task<Stream> DialAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var known = IPAddress.TryParse(host.Host.Trim('[', ']'), out var literal)
            ? [literal]
            : await resolve(host.Host, cancellationToken);
        if (known.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        var allowed = known.Where(rules.Allows).Take(addressesMax).ToList();
        if (allowed.Count == 0) throw new ForbiddenAddressException(host.Host, AddressKinds.Of(known[0]));
        return await DialAnyAsync(allowed, host.Port, cancellationToken);
    }

    private static async Task<Stream> DialAnyAsync(
        List<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last!;
    }
}

/// <summary>A host has no address that may be dialled.</summary>
/// <param name="host">Its name.</param>
/// <param name="kind">What its first address is for.</param>
public sealed class ForbiddenAddressException(string host, AddressKind kind)
    : IOException($"'{host}' has no address that may be dialled; its first is of kind {kind}.")
{
    /// <summary>What its first address is for.</summary>
    public AddressKind Kind { get; } = kind;
}
