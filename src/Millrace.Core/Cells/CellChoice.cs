using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Cells;

/// <summary>A tenant's two cells.</summary>
/// <param name="Primary">Where its tickets go.</param>
/// <param name="Secondary">
/// Where they go while the primary is unhealthy; the primary itself when there is one cell.
/// </param>
public readonly record struct CellPair(int Primary, int Secondary);

/// <summary>
/// Rendezvous hashing: every cell draws a number for the tenant, the highest two are its own. Adding a cell moves only
/// the tenants that the new cell wins. Pure, and equal on every machine and in every build.
/// </summary>
public static class CellChoice
{
    /// <summary>Most cells of a region.</summary>
    public const int CellsMax = 256;

    private const int TenantBytesMax = 256;

    /// <summary>The tenant's cells.</summary>
    /// <param name="tenant">At most 64 characters.</param>
    /// <param name="cells">How many there are, 1 to <see cref="CellsMax"/>.</param>
    public static CellPair Of(string tenant, int cells)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cells, CellsMax);
        if (cells == 1) return new CellPair(0, 0);
        Span<byte> name = stackalloc byte[TenantBytesMax];
        var length = Encoding.UTF8.GetBytes(tenant, name[sizeof(int)..]) + sizeof(int);
        var (first, second) = ((Score: 0UL, Cell: -1), (Score: 0UL, Cell: -1));
        for (var cell = 0; cell < cells; cell++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(name, cell);
            var drawn = (Score: Score(name[..length]), Cell: cell);
            if (first.Cell < 0 || drawn.Score > first.Score) (first, second) = (drawn, first);
            else if (second.Cell < 0 || drawn.Score > second.Score) second = drawn;
        }
        return new CellPair(first.Cell, second.Cell);
    }

    /// <summary>The cell for the tenant's next ticket.</summary>
    /// <param name="pair">The tenant's cells.</param>
    /// <param name="isHealthy">Whether a cell takes tickets.</param>
    public static int For(CellPair pair, Func<int, bool> isHealthy) =>
        isHealthy(pair.Primary) || !isHealthy(pair.Secondary) ? pair.Primary : pair.Secondary;

    private static ulong Score(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
