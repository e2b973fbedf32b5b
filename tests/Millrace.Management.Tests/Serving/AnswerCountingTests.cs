using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Promises;
using Millrace.Management.Store;

namespace Millrace.Management.Tests.Serving;

/// <summary>What management tells at <c>/v1/service</c> of how it answered.</summary>
public sealed class AnswerCountingTests
{
    [Fact]
    public async Task Service_AfterAnswers_TellsThemButNotItsOwn()
    {
        await using var server = await ManagementServer.StartAsync();

        await server.TellAsync(HttpMethod.Get, "/admin/v1/tenants");
        await server.TellAsync(HttpMethod.Get, "/admin/v1/tenants", token: null);
        await server.TellAsync(HttpMethod.Get, "/health/ready");
        await server.TellAsync(HttpMethod.Get, "/nowhere");
        await ServiceAsync(server);

        Assert.Equal((2, 0), await ServiceAsync(server));
    }

    [Fact]
    public async Task Service_WhileTheDatabaseIsBroken_CountsWhatItCannotAnswer()
    {
        await using var server = await ManagementServer.StartAsync();
        await using (var db = server.App.Services.GetRequiredService<DatabaseDoor>().Open())
            await db.Database.EnsureDeletedAsync(TestContext.Current.CancellationToken);

        var answer = await server.TellAsync(HttpMethod.Get, "/admin/v1/tenants");

        Assert.InRange(answer.Status, 500, 599);
        Assert.Equal((0, 1), await ServiceAsync(server));
    }

    private static async Task<(long Good, long Bad)> ServiceAsync(ManagementServer server)
    {
        var service = await server.TellAsync(HttpMethod.Get, ServiceDefinition.Path);
        var month = service.Json!["availability"]!["windows"]![2]!;
        return (month["good"]!.GetValue<long>(), month["bad"]!.GetValue<long>());
    }
}
