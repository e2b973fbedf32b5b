using System.Net;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Identity;

/// <summary>Jobs name the webhook endpoints that management tells of.</summary>
public sealed class ManagedWebhookTests
{
    [Fact]
    public async Task Submit_WithAnEndpointThatManagementTellsOf_IsAccepted()
    {
        await using var server = await KeyServer.StartAsync();

        using var answer = await SubmitAsync(server, KeyServer.Own, "here");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Theory]
    [InlineData(KeyServer.Own, "there")]
    [InlineData(KeyServer.Other, "here")]
    public async Task Submit_WithNoneOfTheTenantsOwn_IsRefused(int key, string webhook)
    {
        await using var server = await KeyServer.StartAsync();

        using var answer = await SubmitAsync(server, key, webhook);

        await answer.ProblemAsync(400, "bad-job");
    }

    [Fact]
    public async Task Submit_AfterManagementChangedTheEndpoints_GoesByWhatItTells()
    {
        await using var server = await KeyServer.StartAsync();

        server.Feed.Put(Accounts.Tenant(KeyServer.Tenant) with { Extras = KeyServer.Told("there") });
        await KeyServer.UntilAsync(
            () => server.Known.ExtrasOf(KeyServer.Tenant)?.Endpoints.Single().Name == "there", "it was told");
        using var before = await SubmitAsync(server, KeyServer.Own, "here");
        using var after = await SubmitAsync(server, KeyServer.Own, "there");

        await before.ProblemAsync(400, "bad-job");
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
    }

    private static Task<HttpResponseMessage> SubmitAsync(KeyServer server, int key, string webhook) =>
        server.SendAsync(HttpMethod.Post, $"/v1/jobs?width=20&webhook={webhook}", key, Pictures.Body());
}
