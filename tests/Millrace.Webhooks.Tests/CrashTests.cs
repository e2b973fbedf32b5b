using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Contracts.Tickets;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Webhooks;
using Millrace.Queue.Sqlite;
using Millrace.Storage.Files;
using Millrace.Webhooks.Later;
using Millrace.Webhooks.Sending;

namespace Millrace.Webhooks.Tests;

/// <summary>A sender that is killed at any step, and another that comes after it on the same store and queue.</summary>
public sealed class CrashTests
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sender_KilledAtAnyStep_LosesNoMessageAndSendsItWithOneId(bool after)
    {
        var (at, wasStruck) = (0, true);
        while (wasStruck)
        {
            var fate = new Fate(++at, after);
            await LiveAsync(fate);
            wasStruck = fate.HasStruck;
            Assert.True(at < 200, "A life has no end.");
        }

        // All of a life with two failures, two waits and a delivery was gone through.
        Assert.True(at > 25, $"A life has {at} steps only.");
    }

    private static async Task LiveAsync(Fate fate)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-webhooks-");
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 3, 0, 0, TimeSpan.Zero));
        await using var receiver = await Receiver.StartAsync(500, 503, 200);
        var record = await BeginAsync(folder, receiver, time);

        var isOver = false;
        for (var lives = 0; !isOver; lives++)
        {
            Assert.True(lives < 3, "It was killed again.");
            await using var sender = Sender.Make(
                folder, [Sender.Endpoint(receiver.Url)], time, change: services => Doom(services, fate));
            isOver = await LiveAsync(sender, record);
        }

        Assert.Single(receiver.All.Select(heard => heard.Id).Distinct());
        Assert.InRange(receiver.All.Count, 3, 5);
        folder.Delete(recursive: true);
    }

    private static async Task<JobRecord> BeginAsync(DirectoryInfo folder, Receiver receiver, FakeTimeProvider time)
    {
        await using var sender = Sender.Make(folder, [Sender.Endpoint(receiver.Url)], time);
        await sender.OpenAsync();
        return await sender.TellAsync();
    }

    // Handles what is in the queue, then looks for what is due, until the message is delivered and nothing is left.
    private static async Task<bool> LiveAsync(Sender sender, JobRecord record)
    {
        await sender.OpenAsync();
        try
        {
            for (var turn = 0; turn < 20; turn++)
            {
                await HandleAllAsync(sender);
                sender.Time.Advance(Later);
                await sender.Get<DueScan>().LookAsync(CancellationToken.None);
                if (await IsOverAsync(sender, record)) return true;
            }
            throw new InvalidOperationException("It is not delivered.");
        }
        catch (CrashException)
        {
            return false;
        }
    }

    private static async Task HandleAllAsync(Sender sender)
    {
        var handler = sender.Get<DeliveryHandler>();
        while (sender.Get<SqliteJobQueue>().Health[0].Lanes.Single(lane => lane.Lane == Lane.Webhook).Depth > 0)
        {
            await using var consumer = new Consumer(sender.Queue, 1, [Lane.Webhook]);
            var lease = await consumer.NextAsync();
            if (await handler.HandleAsync(lease.Ticket, CancellationToken.None)) await lease.CompleteAsync();
        }
    }

    private static async Task<bool> IsOverAsync(Sender sender, JobRecord record)
    {
        var store = sender.Get<FileObjectStore>();
        await foreach (var _ in store.ListAsync(WebhookKeys.Due, null, CancellationToken.None)) return false;
        var delivery = await new WebhookObjects(store).DeliveryAsync(record.Tenant, record.Id, CancellationToken.None);
        var lane = sender.Get<SqliteJobQueue>().Health[0].Lanes.Single(lane => lane.Lane == Lane.Webhook);
        return delivery?.State == DeliveryState.Delivered && lane.Depth == 0;
    }

    private static void Doom(IServiceCollection services, Fate fate)
    {
        services.AddSingleton<IObjectStore>(
            provider => new CrashingStore(provider.GetRequiredService<FileObjectStore>(), fate));
        services.AddSingleton<IJobQueue>(
            provider => new CrashingQueue(provider.GetRequiredService<SqliteJobQueue>(), fate));
    }
}
