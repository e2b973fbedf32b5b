using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Millrace.Edge.Serving;

/// <summary>
/// Kestrel's memory, in blocks of eight times its own size: a photograph then comes in a few reads instead of some
/// sixty, each of which is a system call and a hop between threads. A connection holds a block only while there are
/// bytes of it to hold; blocks that are not in use are kept up to a bound.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>Bytes of every block.</summary>
    private const int BlockBytes = 32 * 1024;

    /// <summary>Most blocks kept for later: 16 MiB.</summary>
    private const int BlocksKeptMax = 512;

    private readonly ConcurrentQueue<Block> _kept = new();
    private int _keptCount;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_kept.TryDequeue(out var block)) return new Block(this);
        Interlocked.Decrement(ref _keptCount);
        return block;
    }

    // All who were given it share it, and what it keeps is the garbage collector's once nobody does.
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _keptCount) <= BlocksKeptMax) _kept.Enqueue(block);
        else Interlocked.Decrement(ref _keptCount);
    }

    /// <summary>Pinned from the start, so that no read or write has to do it.</summary>
    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } =
            MemoryMarshal.CreateFromPinnedArray(
                GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        public void Dispose() => pool.Return(this);
    }
}
