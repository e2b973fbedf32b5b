using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Millrace.Contracts;
using Millrace.Core.Identity;
using Millrace.Engines.Postgres;
using Millrace.Management.Store;
using Millrace.Management.Tenants;

namespace Millrace.Management.Tests.Postgres;

/// <summary>What happens when the server dies, at each step of a change.</summary>
[Collection(nameof(PostgresTests))]
public sealed class PostgresFaultTests(SharedPostgres postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-management-").FullName;
    private PostgresServer _server = null!;
    private Dictionary<string, string?> _settings = [];

    private static IdentityReader Edge { get; } = new("edge-1", IdentityRole.Edge);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await postgres.ServerAsync();
        _settings = Desk.Postgres(_folder, await postgres.NewDatabaseAsync());
        _settings["Management:Store:StatementTimeout"] = "00:00:03";
    }

    public async ValueTask DisposeAsync()
    {
        await _server.MendAsync(CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("UPDATE counter")]
    [InlineData("INSERT INTO audit")]
    [InlineData("COMMIT")]
    public async Task Change_WhenTheServerDiesInIt_IsWholeOrNotThere(string step)
    {
        var killer = new Killer(_server, step);
        await using var desk = await Desk.OpenAsync(_settings, time: null, killer, killer.AtCommit);
        await desk.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        var before = await desk.Feed.DigestAsync(Edge, Token);

        killer.Arm();
        var failure = await Assert.ThrowsAsync<ManagementStoreException>(
            () => desk.Tenants.CreateAsync(Desk.Actor, new NewTenant("Acme", "free"), Token));
        await _server.MendAsync(Token);
        var after = await UntilAsync(() => desk.Feed.DigestAsync(Edge, Token).AsTask());
        var again = await desk.Tenants.CreateAsync(Desk.Actor, new NewTenant("Again", "free"), Token);

        Assert.Equal(step == "COMMIT", failure.MayHaveHappened);
        Assert.Equal(before, after);
        Assert.Null(again.Refusal);
        await AssertAgreesAsync(desk, tenants: 1);
    }

    [Fact]
    public async Task Changes_WhileTheServerIsKilledAgainAndAgain_LoseNoneThatWasAnswered()
    {
        await using var one = await Desk.OpenAsync(_settings);
        await using var two = await Desk.OpenAsync(_settings);
        await one.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        using var done = new CancellationTokenSource();
        var working = new[] { one, two, one, two }.Select(desk => WorkAsync(desk, done.Token)).ToList();

        for (var kill = 0; kill < 3; kill++)
        {
            var head = await UntilAsync(() => one.Feed.DigestAsync(Edge, Token).AsTask());
            // Not before it works again: a kill of one that recovers shows less.
            await Deadline.UntilAsync(
                async () => (await one.Feed.DigestAsync(Edge, Token)).Revision > head.Revision + 5, "changes go on");
            await _server.KillAsync();
            await _server.StartAsync(Token);
        }
        await UntilAsync(() => one.Feed.DigestAsync(Edge, Token).AsTask());
        await done.CancelAsync();
        var answered = (await Task.WhenAll(working)).SelectMany(each => each).ToList();

        foreach (var tenant in answered)
            Assert.NotNull((await two.Tenants.FindAsync(tenant, Token)).Value);
        var stored = await AssertAgreesAsync(one, tenants: null);
        Assert.True(stored >= answered.Count);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{answered.Count} answered, {stored} stored, 3 kills");
    }

    [Fact]
    public async Task Feed_WhenTheServerIsAway_SaysSoAndGoesOnAfterwards()
    {
        await using var desk = await Desk.OpenAsync(_settings);
        await desk.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        var head = (await desk.Feed.DigestAsync(Edge, Token)).Revision;
        var waiting = desk.Feed.ChangesAsync(Edge, head, TimeSpan.FromSeconds(30), Token).AsTask();

        await _server.KillAsync();
        await Assert.ThrowsAsync<IdentityFeedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20), Token));
        await Assert.ThrowsAsync<ManagementStoreException>(() => desk.Tenants.FindAsync("t-any", Token));
        await _server.StartAsync(Token);
        var digest = await UntilAsync(() => desk.Feed.DigestAsync(Edge, Token).AsTask());

        Assert.Equal(head, digest.Revision);
    }

    [Fact]
    public async Task Change_OfAReplica_IsSeenByAnothersReaders()
    {
        await using var one = await Desk.OpenAsync(_settings);
        await using var two = await Desk.OpenAsync(_settings);
        await one.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        var head = (await two.Feed.DigestAsync(Edge, Token)).Revision;

        var waiting = two.Feed.ChangesAsync(Edge, head, TimeSpan.FromSeconds(30), Token).AsTask();
        await one.Tenants.CreateAsync(Desk.Actor, new NewTenant("Acme", "free"), Token);
        var page = await waiting.WaitAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Single(page.Entries);
    }

    [Fact]
    public async Task Change_WhenAReplicaHangsInTheMiddleOfItsOwn_GoesOn()
    {
        await using var desk = await Desk.OpenAsync(_settings);
        await desk.Plans.PutAsync(Desk.Actor, "free", Desk.Terms(), null, Token);
        // As a replica does that was stopped while it had the counter.
        await using var hung = desk.Door.Open();
        await hung.Database.BeginTransactionAsync(Token);
        await hung.Database.ExecuteSqlAsync($"UPDATE counter SET \"Revision\" = \"Revision\" + 1", Token);

        var made = await UntilAsync(
            () => desk.Tenants.CreateAsync(Desk.Actor, new NewTenant("Acme", "free"), Token));

        Assert.Null(made.Refusal);
        await AssertAgreesAsync(desk, tenants: 1);
    }

    private static async Task<List<string>> WorkAsync(Desk desk, CancellationToken done)
    {
        var answered = new List<string>();
        while (!done.IsCancellationRequested)
        {
            try
            {
                var made = await desk.Tenants.CreateAsync(Desk.Actor, new NewTenant("Acme", "free"), Token);
                answered.Add(made.Value!.Id);
            }
            catch (ManagementStoreException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
            }
        }
        return answered;
    }

    // Rows, digest, revision and audit: each tenant has its entry, each entry its tenant.
    private static async Task<int> AssertAgreesAsync(Desk desk, int? tenants)
    {
        var table = new IdentityTable();
        await foreach (var page in desk.Feed.SnapshotAsync(Edge, Token)) table.Apply(page);
        Assert.Equal(await desk.Feed.DigestAsync(Edge, Token), table.Digest);
        await using var db = desk.Door.Open();
        var created = db.Audit.Where(row => row.Action == "tenant.create").Select(row => row.Tenant!).ToList();
        var stored = db.Tenants.Select(row => row.Id).ToList();
        Assert.Equal(stored.Order(StringComparer.Ordinal), created.Order(StringComparer.Ordinal));
        Assert.True(tenants is null || tenants == stored.Count);
        return stored.Count;
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception exception) when (exception is ManagementStoreException or IdentityFeedException
                && TimeProvider.System.GetElapsedTime(start) < Deadline.Limit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
            }
        }
    }

    /// <summary>Kills the server when a change comes to a step.</summary>
    private sealed class Killer(PostgresServer server, string step) : DbCommandInterceptor
    {
        private int _isArmed;

        public CommitKiller AtCommit => new(this);

        public void Arm() => Volatile.Write(ref _isArmed, 1);

        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            await KillAtAsync(command.CommandText);
            return result;
        }

        public override async ValueTask<int> NonQueryExecutedAsync(
            DbCommand command, CommandExecutedEventData eventData, int result,
            CancellationToken cancellationToken = default)
        {
            await KillAtAsync(command.CommandText);
            return result;
        }

        public async Task KillAtAsync(string text)
        {
            if (text.Contains(step, StringComparison.OrdinalIgnoreCase) && Interlocked.Exchange(ref _isArmed, 0) == 1)
                await server.KillAsync();
        }
    }

    private sealed class CommitKiller(Killer killer) : DbTransactionInterceptor
    {
        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
            CancellationToken cancellationToken = default)
        {
            await killer.KillAtAsync("COMMIT");
            return result;
        }
    }
}
