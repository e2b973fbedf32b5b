using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Edge.Tests.Serving;

public sealed class BlockPoolTests : IDisposable
{
    private const int BlockBytes = 32 * 1024;
    private const int BlocksKeptMax = 512;

    private readonly ServiceProvider _services = new ServiceCollection().AddEdge().BuildServiceProvider();

    private MemoryPool<byte> Pool => _services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Rent_OfLessThanABlock_GivesABlock()
    {
        using var block = Pool.Rent(1);

        Assert.Equal(BlockBytes, block.Memory.Length);
    }

    [Fact]
    public void Rent_OfMoreThanABlock_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Pool.Rent(BlockBytes + 1));

    [Fact]
    public void Rent_AfterMoreCameBackThanMayBeKept_GivesOnlyTheKeptOnesAgain()
    {
        var first = RentMany();
        first.ForEach(block => block.Dispose());

        var second = RentMany();

        Assert.Equal(BlocksKeptMax, second.Intersect(first).Count());
        Assert.Equal(second.Count, second.Distinct().Count());
    }

    private List<IMemoryOwner<byte>> RentMany() =>
        [.. Enumerable.Range(0, BlocksKeptMax + 3).Select(_ => Pool.Rent())];
}
