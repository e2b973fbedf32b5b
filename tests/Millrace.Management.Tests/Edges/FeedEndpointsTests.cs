using System.Net;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Identity.Feed;
using Millrace.Testing;

namespace Millrace.Management.Tests.Edges;

/// <summary>What edges read over HTTP, by the reader that edges have.</summary>
public sealed class FeedEndpointsTests
{
    private static readonly IdentityReader Edge = new("edge-1", IdentityRole.Edge);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_ThroughTheEdgesOwnReader_IsWhole()
    {
        var memory = new MemoryFeed();
        memory.Put(Accounts.Plan, Accounts.Tenant("tenant-a"));
        memory.Put(Enumerable.Range(0, 2_500).Select(number => Accounts.Key(number, "tenant-a")));
        await using var server = await FeedOf.StartAsync(memory);
        using var reader = server.Reader();

        var pages = await reader.SnapshotAsync(Edge, Cancel).ToListAsync(Cancel);

        Assert.Equal(2_502, pages.Sum(page => page.Entries.Count));
        Assert.Equal(memory.Revision, pages[^1].Reaches);
        Assert.Equal([true], pages.Where(page => page.IsLast).Select(page => page.IsLast));
    }

    [Fact]
    public async Task Changes_WhenSomethingChanges_AnswersAtOnce()
    {
        var memory = new MemoryFeed();
        memory.Put(Accounts.Plan);
        await using var server = await FeedOf.StartAsync(memory);
        using var reader = server.Reader();

        var waiting = reader.ChangesAsync(Edge, 1, TimeSpan.FromSeconds(25), Cancel).AsTask();
        while (memory.ChangeCalls == 0) await Task.Yield();
        memory.Put(Accounts.Tenant("tenant-a"));
        var page = await waiting.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);

        Assert.Equal("tenant-a", Assert.IsType<TenantEntry>(Assert.Single(page.Entries)).Tenant);
    }

    [Fact]
    public async Task FindKey_AndDigest_AreTheFeedsOwn()
    {
        var memory = new MemoryFeed();
        memory.Put(Accounts.Plan, Accounts.Tenant("tenant-a"), Accounts.Key(1, "tenant-a"));
        await using var server = await FeedOf.StartAsync(memory);
        using var reader = server.Reader();

        var found = await reader.FindKeyAsync(Edge, Accounts.Hash(1), Cancel);
        var none = await reader.FindKeyAsync(Edge, Accounts.Hash(2), Cancel);
        var digest = await reader.DigestAsync(Edge, Cancel);

        Assert.Equal(3, found.Count);
        Assert.Empty(none);
        Assert.Equal(await memory.DigestAsync(Edge, Cancel), digest);
    }

    [Fact]
    public async Task Any_WhenTheDatabaseIsAway_IsAFailureThatTheReaderKnows()
    {
        var memory = new MemoryFeed { IsDown = true };
        await using var server = await FeedOf.StartAsync(memory);
        using var reader = server.Reader();

        await Assert.ThrowsAsync<IdentityFeedException>(async () => await reader.DigestAsync(Edge, Cancel));
    }

    [Fact]
    public async Task Snapshot_ThatBreaksOff_IsNotTakenForWhole()
    {
        var memory = new MemoryFeed { PageEntries = 1, BreaksAfter = 1 };
        memory.Put(Accounts.Plan, Accounts.Tenant("tenant-a"));
        await using var server = await FeedOf.StartAsync(memory);
        using var reader = server.Reader();

        await Assert.ThrowsAsync<IdentityFeedException>(
            async () => await reader.SnapshotAsync(Edge, Cancel).ToListAsync(Cancel));
    }

    [Theory]
    [InlineData("/feed/v1/snapshot?reader=e&role=edge")]
    [InlineData("/feed/v1/changes?reader=e&role=edge&after=0&waitMs=0")]
    [InlineData("/feed/v1/digest?reader=e&role=edge")]
    [InlineData("/feed/v1/keys/00?reader=e&role=edge")]
    public async Task Any_WithoutTheClustersSecret_IsRefused(string path)
    {
        await using var server = await FeedOf.StartAsync(new MemoryFeed());

        using var without = await server.Server.Client.GetAsync(path, Cancel);
        using var wrong = await server.Server.GetAsync(path, "another-secret-altogether");

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Theory]
    [InlineData("/feed/v1/snapshot")]
    [InlineData("/feed/v1/digest?reader=E&role=edge")]
    [InlineData("/feed/v1/digest?reader=e&role=king")]
    [InlineData("/feed/v1/changes?reader=e&role=edge&after=-1&waitMs=0")]
    [InlineData("/feed/v1/changes?reader=e&role=edge&after=0&waitMs=30001")]
    [InlineData("/feed/v1/keys/xyz?reader=e&role=edge")]
    public async Task Any_WithABrokenQuery_IsRefused(string path)
    {
        await using var server = await FeedOf.StartAsync(new MemoryFeed());

        using var answer = await server.Server.GetAsync(path, ManagementServer.Secret);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    /// <summary>A management whose feed is in memory, and its reader.</summary>
    private sealed class FeedOf(ManagementServer server) : IAsyncDisposable
    {
        public ManagementServer Server => server;

        public static async Task<FeedOf> StartAsync(MemoryFeed memory) =>
            new(await ManagementServer.StartAsync(memory));

        public HttpIdentityFeed Reader() => new(
            Options.Create(new HttpFeedOptions
            {
                Addresses = [server.Address.ToString()],
                SecretFile = server.SecretFile,
            }), TimeProvider.System);

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
