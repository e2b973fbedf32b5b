using CsCheck;
using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class IdentityPagesTests
{
    [Fact]
    public void Cut_WhenItIsShort_IsThePageItself() => IdentityGen.Page.Sample(page =>
        Assert.Same(page, Assert.Single(IdentityPages.Cut(page))), iter: 100);

    [Fact]
    public void Cut_WhenThereAreManyEntries_EachPieceSaysHowFarItIsWhole()
    {
        var page = PageOf([.. Enumerable.Range(1, 2_500).Select(revision => Tenant(revision, extras: null))]);

        var pieces = IdentityPages.Cut(page).ToList();

        Assert.Equal([1_000, 1_000, 500], pieces.Select(piece => piece.Entries.Count));
        Assert.Equal([1_000L, 2_000L, 2_500L], pieces.Select(piece => piece.Reaches));
        Assert.Equal([false, false, true], pieces.Select(piece => piece.IsLast));
        Assert.Equal(page.Entries, pieces.SelectMany(piece => piece.Entries));
    }

    [Fact]
    public void Cut_WhenOneRevisionIsOnBothSides_ReachesOnlyBelowIt()
    {
        var page = PageOf([.. Enumerable.Repeat(Tenant(5, extras: null), 1_200)]);

        var pieces = IdentityPages.Cut(page).ToList();

        Assert.Equal([4L, 5L], pieces.Select(piece => piece.Reaches));
    }

    [Fact]
    public void Cut_WhenEntriesAreLong_EachPieceCanBeRead()
    {
        var presets = Enumerable.Range(0, 100).ToDictionary(index => "p" + index, _ => new string('\u0001', 10_000));
        var extras = new TenantExtras { Presets = presets };
        var page = PageOf([.. Enumerable.Range(1, 5).Select(revision => Tenant(revision, extras))]);

        var pieces = IdentityPages.Cut(page).ToList();

        Assert.Equal([2, 2, 1], pieces.Select(piece => piece.Entries.Count));
        Assert.All(pieces, piece => Assert.Equal("", IdentityText.ReadPage(IdentityText.Write(piece)).Reason));
    }

    private static TenantEntry Tenant(long revision, TenantExtras? extras) =>
        new() { Revision = revision, Tenant = "t", State = TenantState.Active, Plan = "p", Extras = extras };

    private static IdentityPage PageOf(IReadOnlyList<IdentityEntry> entries) => new()
    {
        Entries = entries,
        Reaches = entries[^1].Revision,
        Head = entries[^1].Revision,
        At = DateTimeOffset.UnixEpoch,
        LiveEdges = 1,
    };
}
