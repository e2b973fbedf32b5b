using System.Net;
using Millrace.Core.Conversions;
using Millrace.Core.Tickets;
using Millrace.Core.Webhooks;
using Millrace.Edge.Problems;
using Millrace.Edge.Tests.Jobs;

namespace Millrace.Edge.Tests.Webhooks;

public sealed class DeliveryEndpointTests
{
    private const string Path = "/v1/webhooks/deliveries";

    [Fact]
    public async Task List_OfATenant_GivesItsOwnNewestFirstInPages()
    {
        await using var server = await JobServer.StartAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++) ids.Add((await StoreAsync(server, "open", i)).Id);
        await StoreAsync(server, "other", 9);
        ids.Reverse();

        var first = await (await server.GetAsync(Path + "?limit=2")).JsonAsync();
        var second = await (await server.GetAsync($"{Path}?limit=3&cursor={first.GetProperty("next")}")).JsonAsync();

        var listed = first.GetProperty("deliveries").EnumerateArray()
            .Concat(second.GetProperty("deliveries").EnumerateArray());
        Assert.Equal(ids, listed.Select(each => each.GetProperty("id").GetGuid()));
        Assert.Null(second.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Get_ADelivery_TellsItsTries()
    {
        await using var server = await JobServer.StartAsync();
        var delivery = await StoreAsync(server, "open", 1);

        var answer = await (await server.GetAsync($"{Path}/{delivery.Id}")).JsonAsync();

        Assert.Equal("pending", answer.GetProperty("state").GetString());
        Assert.Equal(delivery.MessageId, answer.GetProperty("messageId").GetString());
        Assert.Equal(500, answer.GetProperty("tries")[0].GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Replay_ADelivery_StoresATryThatIsDue()
    {
        await using var server = await JobServer.StartAsync();
        var delivery = await StoreAsync(server, "open", 1);

        var answer = await server.SendAsync(HttpMethod.Post, $"{Path}/{delivery.Id}:replay");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var objects = new WebhookObjects(server.Store);
        WebhookDue? due = null;
        await foreach (var head in server.Store.ListAsync(WebhookKeys.Due, null, TestContext.Current.CancellationToken))
            due = await objects.DueAsync(head.Key, TestContext.Current.CancellationToken);
        Assert.Equal(("open", delivery.Id, true), (due?.Tenant, due?.Job, due?.IsReplay));
        Assert.True(due!.At <= server.Parts.Time.GetUtcNow());
        Assert.True(WebhookTickets.IsReplay(TicketText.Read(TicketText.Write(
            WebhookTickets.Of(due, 0, server.Parts.Time.GetUtcNow()))).Ticket!));
    }

    [Theory]
    [InlineData("GET", "/0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("POST", "/0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11:replay", 404)]
    [InlineData("POST", "/0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11", 404)]
    [InlineData("GET", "?limit=0", 400)]
    [InlineData("GET", "?limit=101", 400)]
    [InlineData("GET", "?cursor=x", 400)]
    public async Task Ask_ForWhatIsNot_IsRefused(string method, string address, int status)
    {
        await using var server = await JobServer.StartAsync();

        var answer = await server.SendAsync(new HttpMethod(method), Path + address);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Ask_ForAnothersDelivery_IsRefused()
    {
        await using var server = await JobServer.StartAsync();
        var delivery = await StoreAsync(server, "other", 1);

        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"{Path}/{delivery.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound,
            (await server.SendAsync(HttpMethod.Post, $"{Path}/{delivery.Id}:replay")).StatusCode);
    }

    [Theory]
    [InlineData("?webhook=here", 202)]
    [InlineData("?webhook=https%3A%2F%2Fexample.org%2Fend%2Fbelow", 202)]
    [InlineData("?webhook=elsewhere", 400)]
    [InlineData("?webhook=https%3A%2F%2Fexample.org%2Fending", 400)]
    [InlineData("?webhook=http%3A%2F%2Fexample.org%2Fend", 400)]
    [InlineData("?webhook=https%3A%2F%2F127.0.0.1%2F", 400)]
    public async Task Submit_AJobWithAWebhook_TakesTheTenantsOwnAlone(string query, int status)
    {
        await using var server = await JobServer.StartAsync();

        var answer = await server.SubmitAsync(query);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public void FailureCodes_InMessages_AreThoseOfTheAnswers() => Assert.All(
        Enum.GetValues<ConversionFailure>(),
        failure => Assert.Equal(ProblemKinds.Of(failure).Type, FailureCode.Type(failure)));

    private static async Task<WebhookDelivery> StoreAsync(JobServer server, string tenant, int minute)
    {
        var at = server.Parts.Time.GetUtcNow().AddMinutes(minute);
        var id = Guid.CreateVersion7(at);
        var delivery = new WebhookDelivery
        {
            Id = id,
            Tenant = tenant,
            MessageId = WebhookEvents.MessageId(id, WebhookEvent.Failed),
            Type = "job.failed",
            Endpoint = "here",
            State = DeliveryState.Pending,
            BegunAt = at,
        };
        delivery = delivery.With(new WebhookTry(at, 12, 500, "It did not answer with 2xx."));
        await new WebhookObjects(server.Store).PutAsync(delivery, TestContext.Current.CancellationToken);
        return delivery;
    }
}
