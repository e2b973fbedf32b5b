using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Identity;
using Millrace.Core.Webhooks;
using Millrace.Edge.Tests.Jobs;
using Millrace.Identity.Following;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Identity;

/// <summary>An edge that demands keys, with tenants of every standing; one of them has what can be stolen.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    public const int Own = 1;
    public const int Other = 2;
    public const int OfSuspended = 3;
    public const int Revoked = 4;
    public const int Ended = 5;
    public const int OfDeleted = 6;
    public const int ConvertOnly = 7;
    public const int JobsOnly = 8;
    public const int Nobodys = 99;

    public const string Tenant = "tenant-a";

    private KeyServer(JobServer server, MemoryFeed feed) => (Server, Feed) = (server, feed);

    public JobServer Server { get; }

    public MemoryFeed Feed { get; }

    public KnownTenants Known => Server.App.Services.GetRequiredService<KnownTenants>();

    /// <summary>A finished job of <see cref="Tenant"/>.</summary>
    public string Job { get; private set; } = "";

    /// <summary>An upload of it.</summary>
    public string Upload { get; private set; } = "";

    /// <summary>A delivery of it.</summary>
    public string Delivery { get; private set; } = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<KeyServer> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(Filled(), settings);

    public static async Task<KeyServer> StartAsync(MemoryFeed feed, params (string Key, string Value)[] settings)
    {
        var server = await JobServer.StartAsync(new JobServerParts { Feed = feed }, [
            ("Identity:Pause", "00:00:00"), ("Identity:BackoffMax", "00:00:00.100"),
            ("Webhooks:Endpoints:0:Tenant", Tenant), .. settings]);
        var keys = new KeyServer(server, feed);
        if (!feed.IsDown) await UntilAsync(() => keys.Known.Table is not null, "there is a table");
        return keys;
    }

    /// <summary>Gives <see cref="Tenant"/> a job, an upload and a delivery.</summary>
    public async Task FillAsync()
    {
        using var accepted = await SendAsync(HttpMethod.Post, "/v1/jobs?width=20&format=webp", Own, Pictures.Body());
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Job = accepted.Headers.Location!.ToString()["/v1/jobs/".Length..];
        var ticket = await Server.Queue.TakeAsync();
        await Server.ClaimAsync(ticket);
        await Server.EndAsync(ticket);
        using var uploaded = await SendAsync(HttpMethod.Post, "/v1/uploads", Own, Pictures.Body());
        Upload = (await uploaded.JsonAsync()).GetProperty("id").GetString()!;
        Delivery = await StoreDeliveryAsync();
    }

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, int key, HttpContent? content = null) =>
        SendAsync(method, address, "Bearer " + Accounts.KeyText(key), content);

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, string? authorization, HttpContent? content = null) =>
        authorization is null
            ? Server.SendAsync(method, address, content)
            : Server.SendAsync(method, address, content, ("Authorization", authorization));

    public Task<HttpResponseMessage> ConvertAsync(int key) =>
        SendAsync(HttpMethod.Post, EdgeServer.ConvertPath + "?width=20", key, Pictures.Body());

    /// <summary>Asks again until the answer has this status.</summary>
    public async Task UntilAsync(int key, HttpStatusCode status)
    {
        var last = default(HttpStatusCode);
        await UntilAsync(async () =>
        {
            using var response = await ConvertAsync(key);
            return (last = response.StatusCode) == status;
        }, () => $"key {key} is answered with {status}, not {last}");
    }

    private static Task UntilAsync(Func<bool> holds, string what) =>
        UntilAsync(() => Task.FromResult(holds()), () => what);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public static MemoryFeed Filled()
    {
        var feed = new MemoryFeed();
        feed.Put(
            Accounts.Plan, Accounts.Tenant(Tenant), Accounts.Tenant("tenant-b"),
            Accounts.Tenant("tenant-s", TenantState.Suspended), Accounts.Tenant("tenant-d", TenantState.Deleted));
        feed.Put(
            Accounts.Key(Own, Tenant), Accounts.Key(Other, "tenant-b"), Accounts.Key(OfSuspended, "tenant-s"),
            Accounts.Key(Revoked, Tenant) with { IsRemoved = true },
            Accounts.Key(Ended, Tenant) with { ExpiresAt = DateTimeOffset.UnixEpoch },
            Accounts.Key(OfDeleted, "tenant-d"), Accounts.Key(ConvertOnly, Tenant, KeyScopes.Convert),
            Accounts.Key(JobsOnly, Tenant, KeyScopes.Jobs));
        return feed;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<string> what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < EdgeServer.Patience, $"Still not so: {what()}.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
    }

    private async Task<string> StoreDeliveryAsync()
    {
        var at = Server.Parts.Time.GetUtcNow();
        var delivery = new WebhookDelivery
        {
            Id = Guid.CreateVersion7(at),
            Tenant = Tenant,
            MessageId = "msg_of_a",
            Type = "job.failed",
            Endpoint = "here",
            State = DeliveryState.Pending,
            BegunAt = at,
        };
        delivery = delivery.With(new WebhookTry(at, 12, 500, "It did not answer with 2xx."));
        await new WebhookObjects(Server.Store).PutAsync(delivery, Cancel);
        return delivery.Id.ToString();
    }
}
