using Millrace.Core.Conversions;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Edge.Internal;
using Millrace.Edge.Jobs;

namespace Millrace.Edge.Tests.Jobs;

public sealed class JobSweepTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sweep_AnExpiredJob_LosesItsBytesAndStaysKnownForAWhile()
    {
        await using var server = await JobServer.StartAsync();
        var ticket = await SubmitAsync(server);
        await server.ClaimAsync(ticket);
        await server.EndAsync(ticket);

        await SweepAfterAsync(server, TimeSpan.FromHours(23));
        var before = server.Store.Keys.Count;
        await SweepAfterAsync(server, TimeSpan.FromHours(1));
        var expired = server.Store.Keys;
        await SweepAfterAsync(server, TimeSpan.FromDays(7));

        Assert.Equal(5, before);
        Assert.Equal(
            ["claim", "job", "outcome"], expired.Select(key => key[(key.LastIndexOf('.') + 1)..]));
        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Sweep_AJobThatNobodyEnds_GivesItUpAndTells()
    {
        await using var server = await JobServer.StartAsync();
        var ticket = await SubmitAsync(server, "?webhook=here&keepSeconds=172800");

        await SweepAfterAsync(server, TimeSpan.FromHours(24));

        var outcome = (await server.Objects.OutcomeAsync("open", ticket.Id, Cancel))!;
        Assert.Equal(ConversionFailure.NotWorkedOn, Assert.Single(outcome.Transforms).Failure?.Failure);
        Assert.Equal(Lane.Webhook, (await server.Queue.TakeAsync()).Lane);
        Assert.NotNull(await server.Objects.DeadAsync(JobKeys.DeadJob(ticket.Id), Cancel));
    }

    [Fact]
    public async Task Dead_OnTheInternalListener_ListsWhatWasGivenUp()
    {
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "a secret of operators\n".Replace(' ', '-'), Cancel);
        await using var server = await JobServer.StartAsync(
            null, ("Edge:Internal:Urls", "http://127.0.0.1:0"), ("Edge:Internal:SecretFile", secret));
        var ticket = await SubmitAsync(server);
        await SweepAfterAsync(server, TimeSpan.FromHours(24));
        var addresses = (InternalAddresses)server.App.Services.GetService(typeof(InternalAddresses))!;

        var response = await server.SendAsync(
            HttpMethod.Get, addresses.All.First() + "/internal/v1/dead", null,
            ("Authorization", "Bearer a-secret-of-operators"));

        var dead = Assert.Single((await response.JsonAsync()).EnumerateArray());
        Assert.Equal(ticket.Id.ToString(), dead.GetProperty("id").GetString());
        Assert.Equal("No worker ended it in time.", dead.GetProperty("reason").GetString());
        File.Delete(secret);
    }

    [Fact]
    public async Task Sweep_ManyTenants_ReachesAllOfThem()
    {
        await using var server = await JobServer.StartAsync();
        foreach (var tenant in new[] { "a", "a-b", "ab", "b" })
        {
            await server.SubmitAsync(headers: ("Millrace-Tenant", tenant));
            await server.EndAsync(await server.Queue.TakeAsync());
        }

        await SweepAfterAsync(server, TimeSpan.FromDays(20));

        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Sweep_PastItsMost_GoesOnWhereItEnded()
    {
        await using var server = await JobServer.StartAsync(null, ("Edge:Jobs:SweepObjectsMax", "5"));
        for (var i = 0; i < 6; i++) await server.EndAsync(await SubmitAsync(server));
        server.Parts.Time.Shift(TimeSpan.FromDays(20));

        for (var sweeps = 0; sweeps < 40 && server.Store.Keys.Count > 0; sweeps++)
            await SweepAfterAsync(server, default);

        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Sweep_ByItself_ComesAgainAndAgain()
    {
        await using var server = await JobServer.StartAsync(null, ("Edge:Jobs:SweepInterval", "00:00:01"));
        await server.EndAsync(await SubmitAsync(server));
        server.Parts.Time.Shift(TimeSpan.FromDays(20));

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(EdgeServer.Patience);
        while (server.Store.Keys.Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);

        Assert.Empty(server.Store.Keys);
    }

    [Fact]
    public async Task Sweep_Uploads_GoWithTheirTime()
    {
        await using var server = await JobServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, "/v1/uploads", Pictures.Body());

        await SweepAfterAsync(server, TimeSpan.FromHours(23));
        var early = server.Store.Keys.Count;
        await SweepAfterAsync(server, TimeSpan.FromHours(2));

        Assert.Equal(1, early);
        Assert.Empty(server.Store.Keys);
    }

    private static async Task<Ticket> SubmitAsync(JobServer server, string query = "?width=20")
    {
        Assert.True((await server.SubmitAsync(query)).IsSuccessStatusCode);
        return await server.Queue.TakeAsync();
    }

    private static async Task SweepAfterAsync(JobServer server, TimeSpan time)
    {
        server.Parts.Time.Shift(time);
        await ((JobSweep)server.App.Services.GetService(typeof(JobSweep))!).SweepAsync(Cancel);
    }
}
