using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Edge.Identity;

/// <summary>
/// Counts wrong keys by the address they come from; of IPv6 by its first 64 bits, which are one subscriber's. A guess
/// is hopeless at any rate (178 bits): what is kept small is the work and noise of trying.
/// </summary>
internal sealed class WrongKeys(IOptions<KeyOptions> options, int seed, TimeProvider time)
{
    // 64 KiB: so many addresses are told apart.
    private const int Places = 8 * 1024;
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(60);

    private readonly long _start = time.GetTimestamp();
    private readonly AskBudget _budget = new(
        Places, options.Value.WrongPerMinute / 60, options.Value.WrongAtOnce, seed);

    /// <summary>Whether the next wrong key of an address would be one too many.</summary>
    public bool IsSpent(IPAddress? address) => _budget.Left(Name(address), Now()) > TimeSpan.Zero;

    /// <summary>A wrong key came.</summary>
    /// <returns>Zero when the address may try again; otherwise when, in whole seconds, 1 to 60.</returns>
    public TimeSpan Count(IPAddress? address)
    {
        var wait = _budget.Take(Name(address), Now());
        if (wait == TimeSpan.Zero) return wait;
        var seconds = TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds));
        return seconds < RetryAfterMax ? seconds : RetryAfterMax;
    }

    private TimeSpan Now() => time.GetElapsedTime(_start);

    private static ulong Name(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out _)) return 0;
        var isFour = address.AddressFamily == AddressFamily.InterNetwork;
        if (address.IsIPv4MappedToIPv6) return BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        return isFour ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
