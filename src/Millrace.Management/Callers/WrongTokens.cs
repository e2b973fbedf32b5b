using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Management.Callers;

/// <summary>
/// Counts wrong keys and tokens by the address they come from, of IPv6 by its first 64 bits. Who has sent too many has
/// nobody's database asked.
/// </summary>
internal sealed class WrongTokens(IOptions<CallerOptions> options, int seed, TimeProvider time)
{
    private const int Places = 8 * 1024;
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(60);

    private readonly long _start = time.GetTimestamp();
    private readonly AskBudget _budget = new(
        Places, options.Value.WrongPerMinute / 60, options.Value.WrongAtOnce, seed);

    /// <summary>Whether the next wrong one of an address would be one too many.</summary>
    public bool IsSpent(IPAddress? address) => _budget.Left(Name(address), Now()) > TimeSpan.Zero;

    /// <summary>A wrong one came.</summary>
    /// <returns>Zero when the address may try again; otherwise when, at most 60 s.</returns>
    public TimeSpan Count(IPAddress? address)
    {
        var wait = _budget.Take(Name(address), Now());
        return wait < RetryAfterMax ? wait : RetryAfterMax;
    }

    private TimeSpan Now() => time.GetElapsedTime(_start);

    private static ulong Name(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out _)) return 0;
        if (address.IsIPv4MappedToIPv6) return BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
