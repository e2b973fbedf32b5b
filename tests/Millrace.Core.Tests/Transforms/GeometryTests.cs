using CsCheck;
using Millrace.Core.Transforms;

namespace Millrace.Core.Tests.Transforms;

public sealed class GeometryTests
{
    /// <summary>Short enough that no side saturates, which has a test of its own.</summary>
    private static readonly Gen<int> Side = Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 4000], Gen.Int[1, 30_000]);

    private static readonly Gen<Transform> Boxes =
        from width in Side.Nullable()
        from height in Side.Nullable()
        from fit in Gen.Enum<Fit>()
        from enlarge in Gen.Bool
        from extend in Gen.Bool
        select TransformNormal.Of(new Transform
        {
            Width = width,
            Height = height,
            Fit = fit,
            Enlarge = enlarge,
            Extend = extend,
        });

    private static readonly Gen<Gravity> Gravities =
        from kind in Gen.Enum<GravityKind>()
        from x in Gen.Int[0, Geometry.Whole]
        from y in Gen.Int[0, Geometry.Whole]
        from focus in Gen.Bool
        select kind == GravityKind.Smart ? Gravity.Smart : new Gravity(kind, x, y, focus);

    [Fact]
    public void Scale_Always_KeepsTheOrderOfSizes() => Gen.Select(Boxes, Side, Side).Sample((t, width, height) =>
    {
        var plan = Geometry.Scale(t, width, height);

        Assert.InRange(plan.CropWidth, 1, Math.Min(plan.ScaledWidth, plan.CanvasWidth));
        Assert.InRange(plan.CropHeight, 1, Math.Min(plan.ScaledHeight, plan.CanvasHeight));
    }, iter: 10_000);

    [Fact]
    public void Scale_WhenNotEnlarging_GrowsNoAxis() =>
        Gen.Select(Boxes.Where(t => !t.Enlarge), Side, Side).Sample((t, width, height) =>
        {
            var plan = Geometry.Scale(t, width, height);

            Assert.InRange(plan.ScaledWidth, 1, width);
            Assert.InRange(plan.ScaledHeight, 1, height);
        }, iter: 10_000);

    [Fact]
    public void Scale_UnlessFill_KeepsTheAspectToHalfAPixel() =>
        Gen.Select(Boxes.Where(t => t.Fit != Fit.Fill), Side, Side).Sample((t, width, height) =>
        {
            var plan = Geometry.Scale(t, width, height);

            var exactWidth = (double)plan.ScaledHeight * width / height;
            var exactHeight = (double)plan.ScaledWidth * height / width;
            Assert.True(Near(plan.ScaledWidth, exactWidth) || Near(plan.ScaledHeight, exactHeight));
        }, iter: 10_000);

    [Fact]
    public void Scale_WhenInsideOrContain_StaysInTheBoxAndTouchesIt() =>
        Gen.Select(Boxes.Where(t => t.Fit is Fit.Inside or Fit.Contain), Side, Side).Sample((t, width, height) =>
        {
            var plan = Geometry.Scale(t, width, height);

            Assert.InRange(plan.ScaledWidth, 1, t.Width ?? int.MaxValue);
            Assert.InRange(plan.ScaledHeight, 1, t.Height ?? int.MaxValue);
            Assert.True(plan.ScaledWidth == t.Width || plan.ScaledHeight == t.Height
                || (!t.Enlarge && (plan.ScaledWidth, plan.ScaledHeight) == (width, height))
                || t is { Width: null, Height: null });
        }, iter: 10_000);

    [Fact]
    public void Scale_WhenCover_KeepsTheBoxOrWhatTheImageHasOfIt() =>
        Gen.Select(Boxes.Where(t => t.Fit == Fit.Cover), Side, Side).Sample((t, width, height) =>
        {
            var plan = Geometry.Scale(t, width, height);

            Assert.Equal(t.Enlarge ? t.Width : Math.Min(t.Width!.Value, width), plan.CropWidth);
            Assert.Equal(t.Enlarge ? t.Height : Math.Min(t.Height!.Value, height), plan.CropHeight);
        }, iter: 10_000);

    [Fact]
    public void Scale_WhenContainOrExtended_GivesTheBoxExactly() =>
        Gen.Select(Boxes.Where(t => t.Fit == Fit.Contain || t.Extend), Side, Side).Sample((t, width, height) =>
        {
            var plan = Geometry.Scale(t, width, height);

            Assert.Equal(t.Width ?? plan.CropWidth, plan.CanvasWidth);
            Assert.Equal(t.Height ?? plan.CropHeight, plan.CanvasHeight);
        }, iter: 10_000);

    [Theory]
    [InlineData("width=300", 2000, 1125, "300x169 300x169 300x169")]
    [InlineData("height=300", 2000, 1125, "533x300 533x300 533x300")]
    [InlineData("width=300&height=300", 2000, 1125, "300x169 300x169 300x169")]
    [InlineData("width=3000", 2000, 1125, "2000x1125 2000x1125 2000x1125")]
    [InlineData("width=4000&enlarge=1", 2000, 1125, "4000x2250 4000x2250 4000x2250")]
    [InlineData("width=300&height=300&fit=cover", 2000, 1125, "533x300 300x300 300x300")]
    [InlineData("width=2500&height=100&fit=cover", 2000, 1125, "2000x1125 2000x100 2000x100")]
    [InlineData("width=2500&height=100&fit=cover&extend=1", 2000, 1125, "2000x1125 2000x100 2500x100")]
    [InlineData("width=300&height=300&fit=contain", 2000, 1125, "300x169 300x169 300x300")]
    [InlineData("width=3000&height=3000&fit=contain", 2000, 1125, "2000x1125 2000x1125 3000x3000")]
    [InlineData("width=300&height=3000&fit=fill", 2000, 1125, "300x1125 300x1125 300x1125")]
    [InlineData("width=300&height=3000&fit=fill&enlarge=1", 2000, 1125, "300x3000 300x3000 300x3000")]
    [InlineData("width=1", 10, 65535, "1x6554 1x6554 1x6554")]
    [InlineData("height=1", 10, 65535, "1x1 1x1 1x1")]
    [InlineData("", 7, 9, "7x9 7x9 7x9")]
    public void Scale_WhenExamplesAreGiven_GivesTheirSizes(string query, int width, int height, string expected)
    {
        var plan = Geometry.Scale(TransformParser.Parse(query).Transform!, width, height);

        Assert.Equal(expected, $"{plan.ScaledWidth}x{plan.ScaledHeight} {plan.CropWidth}x{plan.CropHeight} "
            + $"{plan.CanvasWidth}x{plan.CanvasHeight}");
    }

    [Fact]
    public void Place_Always_StaysWithinBounds() =>
        Gen.Select(Gravities, Side, Side, Side, Side).Sample((gravity, outerWidth, outerHeight, width, height) =>
        {
            var (x, y) = Geometry.Place(gravity, outerWidth, outerHeight, width, height);

            Assert.InRange(x, 0, Math.Max(0, outerWidth - width));
            Assert.InRange(y, 0, Math.Max(0, outerHeight - height));
        }, iter: 10_000);

    [Fact]
    public void Place_WhenAFocusPointIsACompassPoint_PlacesTheSame() =>
        Gen.Select(Gen.OneOf(0, 5_000, 10_000), Side, Side).Sample((point, outer, inner) => Assert.Equal(
            Geometry.Place(new Gravity(GravityKind.Point, point, point), outer, outer, inner, inner),
            Geometry.Place(new Gravity(GravityKind.Point, point, point, Focus: true), outer, outer, inner, inner)),
            iter: 10_000);

    [Theory]
    [InlineData(5_000, 5_000, false, 25, 50)]
    [InlineData(0, 10_000, false, 0, 100)]
    [InlineData(2_500, 2_500, false, 12, 25)]
    [InlineData(2_500, 2_500, true, 0, 0)]
    [InlineData(6_000, 6_000, true, 35, 70)]
    [InlineData(9_000, 9_000, true, 50, 100)]
    public void Place_WhenHalfIsKept_KeepsTheEdgeOrCentresTheFocus(int x, int y, bool focus, int left, int top)
    {
        var place = Geometry.Place(new Gravity(GravityKind.Point, x, y, focus), 100, 200, 50, 100);

        Assert.Equal((left, top), place);
    }

    private static bool Near(int side, double exact) => Math.Abs(side - Math.Max(1, exact)) <= 0.5 + 1e-6;
}
