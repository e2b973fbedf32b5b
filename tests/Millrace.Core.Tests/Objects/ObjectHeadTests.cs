using Millrace.Core.Objects;

namespace Millrace.Core.Tests.Objects;

public sealed class ObjectHeadTests
{
    private readonly ObjectHead _head = new(ObjectKey.Of("a"), 10, default);

    [Fact]
    public void Clamp_OfNoRange_IsAll() => Assert.Equal((0, 10), _head.Clamp(null));

    [Theory]
    [InlineData(0, 3L, 0, 3)]
    [InlineData(4, null, 4, 6)]
    [InlineData(8, 5L, 8, 2)]
    [InlineData(10, 1L, 10, 0)]
    [InlineData(99, null, 10, 0)]
    [InlineData(1, long.MaxValue, 1, 9)]
    public void Clamp_OfARange_IsWhatLiesInTheObject(long offset, long? length, long expectedOffset, long expected) =>
        Assert.Equal((expectedOffset, expected), _head.Clamp(new ByteRange(offset, length)));

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, 0L)]
    [InlineData(0, -1L)]
    public void Clamp_OfWhatIsNoRange_Throws(long offset, long? length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _head.Clamp(new ByteRange(offset, length)));
}
