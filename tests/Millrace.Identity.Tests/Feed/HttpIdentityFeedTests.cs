using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Identity.Feed;
using Millrace.Testing;

namespace Millrace.Identity.Tests.Feed;

public sealed class HttpIdentityFeedTests : IDisposable
{
    private static readonly IdentityReader Edge = new("edge-1", IdentityRole.Edge);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Snapshot_OfSeveralPages_IsWhole()
    {
        await using var server = await FeedServer.StartAsync(Filled(25));
        server.Feed.PageEntries = 10;
        using var feed = FeedServer.Client(_folder, server.Address);

        var pages = await PagesAsync(feed);

        Assert.Equal([10, 10, 7], pages.Select(page => page.Entries.Count));
        Assert.Equal([false, false, true], pages.Select(page => page.IsLast));
    }

    [Fact]
    public async Task Changes_Keys_AndDigest_AreManagements()
    {
        await using var server = await FeedServer.StartAsync(Filled(3));
        using var feed = FeedServer.Client(_folder, server.Address);

        var page = await feed.ChangesAsync(Edge, 2, TimeSpan.Zero, Cancel);
        var found = await feed.FindKeyAsync(Edge, Accounts.Hash(1), Cancel);
        var none = await feed.FindKeyAsync(Edge, Accounts.Hash(99), Cancel);
        var digest = await feed.DigestAsync(Edge, Cancel);

        Assert.Equal((3, 5L, 5L), (page.Entries.Count, page.Reaches, page.Head));
        Assert.Equal(3, found.Count);
        Assert.Empty(none);
        Assert.Equal(await server.Feed.DigestAsync(Edge, Cancel), digest);
    }

    [Fact]
    public async Task Changes_WhileNothingChanges_WaitsAndIsToldAtOnce()
    {
        await using var server = await FeedServer.StartAsync(Filled(1));
        using var feed = FeedServer.Client(_folder, server.Address);

        var waiting = feed.ChangesAsync(Edge, 3, TimeSpan.FromSeconds(25), Cancel).AsTask();
        await Patience.UntilAsync(() => server.Feed.ChangeCalls == 1, "it waits");
        Assert.False(waiting.IsCompleted);
        server.Feed.Put(Accounts.Key(7, "t"));

        Assert.Single((await waiting.WaitAsync(Patience.Limit, Cancel)).Entries);
    }

    [Fact]
    public async Task Snapshot_CutAnywhere_Throws()
    {
        await using var server = await FeedServer.StartAsync(Filled(30));
        server.Feed.PageEntries = 10;
        using var feed = FeedServer.Client(_folder, server.Address);
        var whole = (await PagesAsync(feed)).Sum(page => IdentityText.Write(page).Length + 1);

        for (var cut = 1; cut < whole - 1; cut += 449)
        {
            server.CutsAfter = cut;
            await Assert.ThrowsAsync<IdentityFeedException>(() => PagesAsync(feed));
        }
    }

    [Fact]
    public async Task Ask_WhenTheFirstIsGone_TheNextAnswers()
    {
        await using var server = await FeedServer.StartAsync(Filled(1));
        using var feed = FeedServer.Client(_folder, DeadAddress(), server.Address);

        Assert.Equal(3, (await feed.FindKeyAsync(Edge, Accounts.Hash(0), Cancel)).Count);
        Assert.Single(await PagesAsync(feed));
    }

    [Fact]
    public async Task Ask_WhenTheFirstIsSilent_TheNextAnswersAndIsAskedFirstFromThenOn()
    {
        await using var silent = await FeedServer.StartAsync();
        silent.IsSilent = true;
        await using var server = await FeedServer.StartAsync(Filled(1));
        using var feed = FeedServer.Client(_folder, silent.Address, server.Address);

        await feed.DigestAsync(Edge, Cancel);
        await feed.DigestAsync(Edge, Cancel);

        Assert.Equal((1, 2), (silent.Calls, server.Calls));
    }

    [Fact]
    public async Task Ask_WhenAllAreGone_Throws()
    {
        using var feed = FeedServer.Client(_folder, DeadAddress(), DeadAddress());

        await Assert.ThrowsAsync<IdentityFeedException>(async () => await feed.DigestAsync(Edge, Cancel));
    }

    [Fact]
    public async Task Ask_WithAnotherSecret_SaysSoWithoutIt()
    {
        await using var server = await FeedServer.StartAsync(Filled(1));
        using var feed = FeedServer.Client(_folder, server.Address);
        var file = Path.Combine(_folder.Path, "other");
        await File.WriteAllTextAsync(file, "another-secret-of-sorts", Cancel);
        using var stranger = new HttpIdentityFeed(
            Options.Create(new HttpFeedOptions
            {
                Addresses = [server.Address],
                SecretFile = file,
            }), TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<IdentityFeedException>(
            async () => await stranger.DigestAsync(Edge, Cancel));

        Assert.Contains("401", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another-secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_WhenTheCallerGivesUp_IsCancelled()
    {
        await using var server = await FeedServer.StartAsync(Filled(1));
        server.IsSilent = true;
        using var feed = FeedServer.Client(_folder, server.Address);
        using var gone = new CancellationTokenSource();

        var asking = feed.DigestAsync(Edge, gone.Token).AsTask();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static async Task<List<IdentityPage>> PagesAsync(HttpIdentityFeed feed)
    {
        var pages = new List<IdentityPage>();
        await foreach (var page in feed.SnapshotAsync(Edge, Cancel)) pages.Add(page);
        return pages;
    }

    private static MemoryFeed Filled(int keys)
    {
        var feed = new MemoryFeed();
        feed.Put(Accounts.Plan, Accounts.Tenant("t"));
        feed.Put(Enumerable.Range(0, keys).Select(key => Accounts.Key(key, "t")));
        return feed;
    }

    private static string DeadAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }
}
