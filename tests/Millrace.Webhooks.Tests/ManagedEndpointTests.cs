using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Webhooks;
using Millrace.Webhooks.Sending;

namespace Millrace.Webhooks.Tests;

/// <summary>Endpoints that management tells of, instead of settings.</summary>
public sealed class ManagedEndpointTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-webhooks-");
    private readonly ToldTenants _tenants = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Send_ToAnEndpointThatManagementToldOf_IsSignedWithItsSecrets()
    {
        await using var receiver = await Receiver.StartAsync(204);
        _tenants.Tell(Sender.Tenant, new TenantEndpoint("main", receiver.Url, [], [Sender.Secret]));
        await using var sender = Make();
        await sender.StartAsync();

        await sender.TellAsync();
        var heard = await receiver.NextAsync();

        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(heard.Headers["webhook-timestamp"], null));
        var signature = WebhookSignature.Of([WebhookSecret.Read(Sender.Secret)!], heard.Id, at, heard.Body);
        Assert.Equal(signature, heard.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Send_AfterManagementChangedAnEndpoint_GoesWhereItIsNow()
    {
        await using var before = await Receiver.StartAsync(204);
        await using var after = await Receiver.StartAsync(204);
        _tenants.Tell(Sender.Tenant, new TenantEndpoint("main", before.Url, [], [Sender.Secret]));
        await using var sender = Make();
        await sender.OpenAsync();
        await HandleAsync(sender, await sender.EndJobAsync());
        _tenants.Tell(Sender.Tenant, new TenantEndpoint("main", after.Url, [], [Sender.Secret]));

        await HandleAsync(sender, await sender.EndJobAsync());

        Assert.Single(before.All);
        Assert.Single(after.All);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(3600)]
    public async Task Send_WhenTheEndpointMayNotBeToldOfYet_IsPutOffAndNotGivenUp(int? ageSeconds)
    {
        await using var receiver = await Receiver.StartAsync(204);
        _tenants.WholeAge = ageSeconds is { } age ? TimeSpan.FromSeconds(age) : null;
        await using var sender = Make();
        await sender.OpenAsync();
        var record = await sender.EndJobAsync();

        await HandleAsync(sender, record);
        var due = await sender.DueAsync();
        _tenants.Tell(Sender.Tenant, new TenantEndpoint("main", receiver.Url, [], [Sender.Secret]));
        await HandleAsync(sender, record);

        Assert.Single(due);
        Assert.Single(receiver.All);
        Assert.Equal(DeliveryState.Delivered, (await sender.DeliveryAsync(record))!.State);
    }

    [Fact]
    public async Task Send_WhenTheEndpointIsGoneByManagementsWord_IsGivenUpWithTheReason()
    {
        await using var sender = Make();
        await sender.OpenAsync();
        var record = await sender.EndJobAsync();
        sender.Time.Advance(TimeSpan.FromSeconds(11));

        await HandleAsync(sender, record);

        var delivery = await sender.DeliveryAsync(record);
        Assert.Equal(DeliveryState.Failed, delivery!.State);
        Assert.Contains("no webhook endpoint named 'main'", delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(await sender.DueAsync());
    }

    [Fact]
    public async Task Send_WhileManagementWasNeverHeardAgain_IsGivenUpAtTheMessagesAge()
    {
        _tenants.WholeAge = null;
        await using var sender = Make();
        await sender.OpenAsync();
        var record = await sender.EndJobAsync();
        sender.Time.Advance(sender.Get<IOptions<SenderOptions>>().Value.MessageAgeMax + TimeSpan.FromSeconds(1));

        await HandleAsync(sender, record);

        Assert.Equal(DeliveryState.Failed, (await sender.DeliveryAsync(record))!.State);
    }

    [Fact]
    public void Settings_WithEndpointsBesideManagement_AreRefusedWithWhatToDo()
    {
        var sender = Sender.Make(
            _folder, [Sender.Endpoint("https://example.com/")],
            change: services => services.AddSingleton<ITenantDirectory>(_tenants));

        var thrown = Assert.Throws<OptionsValidationException>(
            () => sender.Get<IOptions<WebhookSettings>>().Value);

        Assert.Contains("/v1/account/endpoints", thrown.Message, StringComparison.Ordinal);
    }

    private Sender Make() => Sender.Make(
        _folder, [], change: services => services.AddSingleton<ITenantDirectory>(_tenants));

    private static Task<bool> HandleAsync(Sender sender, Core.Jobs.JobRecord record) =>
        sender.Get<DeliveryHandler>().HandleAsync(sender.TicketOf(record), CancellationToken.None);
}
