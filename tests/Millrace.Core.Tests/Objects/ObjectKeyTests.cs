using CsCheck;
using Millrace.Core.Objects;

namespace Millrace.Core.Tests.Objects;

public sealed class ObjectKeyTests
{
    private const string Allowed = "ABCXYZabcxyz0129._-~=";

    [Theory]
    [InlineData("a")]
    [InlineData("jobs/0198f3a2-7c1e-7d4b-9c55-1a2b3c4d5e6f/outcome")]
    [InlineData("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p")]
    [InlineData("A.b_c-d~e=f/-/~/=/a./a..")]
    public void TryParse_OfAKey_KeepsItsText(string text)
    {
        Assert.True(ObjectKey.TryParse(text, out var key));
        Assert.Equal(text, key.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/.b")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a,b")]
    [InlineData("a%2fb")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\n")]
    [InlineData("\u00e4")]
    [InlineData("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q")]
    public void TryParse_OfWhatIsNoKey_IsFalse(string? text)
    {
        Assert.False(ObjectKey.TryParse(text, out var key));
        Assert.Equal("", key.ToString());
        if (text is not null) Assert.Throws<ArgumentException>(() => ObjectKey.Of(text));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void TryParse_OfALongSegment_HasALimit(int length, bool expected) =>
        Assert.Equal(expected, ObjectKey.TryParse("a/" + new string('b', length), out _));

    [Theory]
    [InlineData(ObjectKey.LengthMax, true)]
    [InlineData(ObjectKey.LengthMax + 1, false)]
    public void TryParse_OfALongKey_HasALimit(int length, bool expected)
    {
        var segment = new string('a', 100) + "/";
        var text = string.Concat(Enumerable.Repeat(segment, 6))[..(length - 1)] + "z";

        Assert.Equal(expected, ObjectKey.TryParse(text, out _));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("a/", true)]
    [InlineData("a/b/", true)]
    [InlineData("a", false)]
    [InlineData("/", false)]
    [InlineData("a//", false)]
    [InlineData("../", false)]
    public void IsPrefix_OfAText_IsWhetherItEndsASegment(string text, bool expected) =>
        Assert.Equal(expected, ObjectKey.IsPrefix(text));

    [Fact]
    public void Keys_OfAnyAllowedSegments_AreReadOrderedAndHarmlessAsPaths()
    {
        var segment = Gen.String[Gen.Char[Allowed], 1, 20].Where(text => text[0] != '.');
        var text = segment.Array[1, 16].Select(segments => string.Join('/', segments));

        Gen.Select(text, text).Sample((one, other) =>
        {
            var (key, another) = (ObjectKey.Of(one), ObjectKey.Of(other));
            Assert.Equal(one, key.ToString());
            Assert.Equal(one == other, key == another);
            Assert.Equal(Math.Sign(string.CompareOrdinal(one, other)), Math.Sign(key.CompareTo(another)));
            Assert.Equal("/root/" + one, Path.GetFullPath(one, "/root"));
            Assert.Equal("/" + one, new Uri("http://host/" + one).AbsolutePath);
            Assert.True(ObjectKey.IsPrefix(one + "/"));
        });
    }

    [Fact]
    public void TryParse_OfAnyText_NeverThrowsAndTakesOnlyWhatStaysInItsFolder() => Gen.String.Sample(text =>
    {
        if (ObjectKey.TryParse(text, out var key)) Assert.Equal("/root/" + key, Path.GetFullPath(text, "/root"));
    });
}
