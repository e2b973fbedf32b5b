using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Millrace.Contracts;
using Millrace.Contracts.Tickets;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Queue.Rabbit;
using Millrace.Queue.Rabbit.Links;

namespace Millrace.Queue.Tests.Rabbit;

[Collection(nameof(RabbitTests))]
public sealed class RabbitServicesTests(SharedRabbit shared)
{
    [Fact]
    public async Task AddRabbitQueue_WithSettings_MakesAQueueAndALedgerThatWork()
    {
        await using var store = new RabbitStore(await shared.ClusterAsync());
        using var host = Host(store.Settings());
        await host.StartAsync(TestContext.Current.CancellationToken);
        var queue = host.Services.GetRequiredService<IJobQueue>();
        var ledger = host.Services.GetRequiredService<IPoisonLedger>();

        var outcome = await queue.EnqueueAsync(NumberedTicket.Of(1), CancellationToken.None).Within();
        await ledger.StrikeAsync(PoisonStrike.Of(1), CancellationToken.None).Within();

        Assert.Equal(EnqueueOutcome.Stored, outcome);
        Assert.Null(host.Services.GetRequiredService<RabbitBroker>().Unavailable);
        Assert.Single(ledger.List());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AddRabbitQueue_WithoutNodes_DoesNotStart()
    {
        using var host = Host([]);

        await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
    }

    private static IHost Host(Dictionary<string, string?> settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddRabbitQueue(seed: 1);
        return builder.Build();
    }
}
