using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Contracts;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Promises;
using Millrace.Core.Webhooks;
using Millrace.Webhooks.Endpoints;
using Millrace.Webhooks.Sending;

namespace Millrace.Webhooks.Tests;

public sealed class SenderTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-webhooks-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Send_AJobThatHasEnded_IsHeardSignedAndLogged()
    {
        await using var receiver = await Receiver.StartAsync(204);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();

        var record = await sender.TellAsync();
        var heard = await receiver.NextAsync();
        var delivery = await sender.UntilAsync(record, each => each.State == DeliveryState.Delivered);

        Assert.Equal(("POST", "/hook"), (heard.Method, heard.Path));
        Assert.Equal("application/json; charset=utf-8", heard.Headers["content-type"]);
        Assert.Equal(WebhookEvents.MessageId(record.Id, WebhookEvent.Succeeded), heard.Id);
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(heard.Headers["webhook-timestamp"], null));
        var signature = WebhookSignature.Of([WebhookSecret.Read(Sender.Secret)!], heard.Id, at, heard.Body);
        Assert.Equal(signature, heard.Headers["webhook-signature"]);
        Assert.False(heard.Headers.ContainsKey("traceparent"));
        using var body = JsonDocument.Parse(heard.Body);
        Assert.Equal("job.succeeded", body.RootElement.GetProperty("type").GetString());
        Assert.Equal((1, 204), (delivery.Tries, delivery.Log.Single().Status));
        Assert.DoesNotContain(sender.Log, line => line.Contains("MfKQ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_WhileASecretRotates_SignsWithBothAndReadsFiles()
    {
        var other = "whsec_" + System.Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var file = Path.Combine(_folder.FullName, "secret");
        await File.WriteAllTextAsync(file, other + "\n", TestContext.Current.CancellationToken);
        await using var receiver = await Receiver.StartAsync(200);
        await using var sender = Sender.Make(
            _folder, [Sender.Endpoint(receiver.Url) with { SecretFiles = [file] }]);
        await sender.StartAsync();

        await sender.TellAsync();
        var heard = await receiver.NextAsync();

        Assert.Equal(2, heard.Headers["webhook-signature"].Split(' ').Distinct().Count());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(429)]
    public async Task Send_WhenTheReceiverFails_ComesAgainWithTheSameIdUntilItHasIt(int status)
    {
        await using var receiver = await Receiver.StartAsync(status, status, 200);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();
        var record = await sender.TellAsync();

        var first = await receiver.NextAsync();
        var pending = await sender.UntilAsync(record, each => each.Tries == 1);
        Assert.InRange(pending.NextAt!.Value - sender.Time.GetUtcNow(), 4 * Second, 6 * Second);
        var delivered = await sender.UntilAsync(
            record, each => each.State == DeliveryState.Delivered, moves: true);

        Assert.Equal([status, status, 200], delivered.Log.Select(one => one.Status!.Value));
        Assert.All(receiver.All, heard => Assert.Equal(first.Id, heard.Id));
        Assert.All(receiver.All, heard => Assert.Equal(first.Body, heard.Body));
        await sender.UntilDueAsync(0);
    }

    [Fact]
    public async Task Send_WhenTheReceiverNeverHasIt_IsGivenUpAfterTheScheduleAndReplayed()
    {
        await using var receiver = await Receiver.StartAsync(500, 500, 500, 500, 500, 500, 500, 500, 200);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();
        var begun = sender.Time.GetUtcNow();
        var record = await sender.TellAsync();

        var failed = await sender.UntilAsync(record, each => each.State == DeliveryState.Failed, moves: true);
        Assert.InRange(sender.Time.GetUtcNow() - begun, TimeSpan.FromHours(31), TimeSpan.FromHours(39));
        Assert.Equal(8, receiver.All.Count);
        Assert.NotEqual("", failed.Reason);

        await sender.Objects.PutAsync(
            new WebhookDue(record.Tenant, record.Id, sender.Time.GetUtcNow(), IsReplay: true), CancellationToken.None);
        var delivered = await sender.UntilAsync(record, each => each.State == DeliveryState.Delivered, moves: true);

        Assert.Equal((1, 9), (delivered.Tries, delivered.Log.Count));
        Assert.Single(receiver.All.Select(heard => heard.Id).Distinct());
    }

    [Fact]
    public async Task Send_AfterGone_TurnsTheEndpointOffUntilAReplaySucceeds()
    {
        await using var receiver = await Receiver.StartAsync(410, 200);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();

        var first = await sender.TellAsync();
        await sender.UntilAsync(first, each => each.State == DeliveryState.Failed);
        await Deadline.Until(() => sender.Log.Any(line => line.Contains("is turned off", StringComparison.Ordinal)),
            "the endpoint is turned off");
        var second = await sender.TellAsync();
        var skipped = await sender.UntilAsync(second, each => each.State == DeliveryState.Failed);
        Assert.Contains("off", skipped.Reason, StringComparison.Ordinal);
        Assert.Single(receiver.All);

        await sender.Objects.PutAsync(
            new WebhookDue(first.Tenant, first.Id, sender.Time.GetUtcNow(), IsReplay: true), CancellationToken.None);
        await sender.UntilAsync(first, each => each.State == DeliveryState.Delivered, moves: true);
        var third = await sender.TellAsync();
        await sender.UntilAsync(third, each => each.State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task Send_WhenANameResolvesToLoopbackThatIsNotAllowed_DialsNothing()
    {
        await using var receiver = await Receiver.StartAsync(200);
        var port = new Uri(receiver.Url).Port;
        await using var sender = Sender.Make(
            _folder, [Sender.Endpoint($"http://hooks.example:{port}/")],
            resolve: (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.1")]),
            settings: ("Outbound:AllowedNetworks:0", "10.99.0.0/16"));
        await sender.StartAsync();

        var record = await sender.TellAsync();
        var delivery = await sender.UntilAsync(record, each => each.Tries == 1);

        Assert.Equal("Its host has no public address.", delivery.Log.Single().Reason);
        Assert.Empty(receiver.All);
    }

    [Fact]
    public async Task Send_WhenTheAnswerHasNoEnd_IsDoneWithItsHead()
    {
        await using var receiver = await Receiver.StartAsync(async context =>
        {
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();

        var record = await sender.TellAsync();

        await sender.UntilAsync(record, each => each.State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task Send_WhenTheReceiverHangs_TimesOutByTheClock()
    {
        await using var receiver = await Receiver.StartAsync(HangAsync);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();

        var record = await sender.TellAsync();
        await receiver.NextAsync();
        sender.Time.Advance(60 * Second);
        var delivery = await sender.UntilAsync(record, each => each.Tries == 1);

        Assert.Equal((null, 60_000L), (delivery.Log.Single().Status, delivery.Log.Single().DurationMs));
    }

    [Fact]
    public async Task Send_WhenOneReceiverHangs_DelaysNoOtherTenant()
    {
        await using var dead = await Receiver.StartAsync(HangAsync);
        await using var healthy = await Receiver.StartAsync(200);
        await using var sender = Sender.Make(
            _folder, [Sender.Endpoint(dead.Url, "dead"), Sender.Endpoint(healthy.Url)],
            settings: [("Webhooks:Sender:TenantConcurrency", "2"), ("Webhooks:Sender:TenantWaitingMax", "3"),
                ("Webhooks:Sender:Concurrency", "8")]);
        await sender.StartAsync();

        // Far more than this sender holds at once, all before the healthy tenant's; the clock stands.
        for (var i = 0; i < 30; i++) await sender.TellAsync(tenant: "dead");
        var record = await sender.TellAsync();
        await healthy.NextAsync();
        await sender.UntilAsync(record, each => each.State == DeliveryState.Delivered);

        await sender.UntilDueAsync(25);
        Assert.Equal(2, dead.All.Count);
    }

    [Fact]
    public async Task Send_ToAReceiverThatKeepsFailing_OpensItsCircuitAndPutsOff()
    {
        await using var receiver = await Receiver.StartAsync(500);
        await using var sender = Sender.Make(
            _folder, [Sender.Endpoint(receiver.Url)], settings: ("Webhooks:Sender:TenantConcurrency", "1"));
        await sender.OpenAsync();
        var handler = sender.Get<DeliveryHandler>();

        for (var i = 0; i < 20; i++)
            Assert.True(await handler.HandleAsync(sender.TicketOf(await sender.EndJobAsync()), CancellationToken.None));

        Assert.Equal(EndpointCircuit.FailuresMax, receiver.All.Count);
        Assert.Equal(20, (await sender.DueAsync()).Count);
    }

    [Fact]
    public async Task Send_WhatIsNotWanted_SendsNothing()
    {
        await using var receiver = await Receiver.StartAsync(200);
        await using var sender = Sender.Make(
            _folder, [Sender.Endpoint(receiver.Url) with { Types = ["job.failed"] }]);
        await sender.OpenAsync();
        var handler = sender.Get<DeliveryHandler>();

        await handler.HandleAsync(sender.TicketOf(await sender.EndJobAsync()), CancellationToken.None);
        await handler.HandleAsync(sender.TicketOf(await sender.EndJobAsync(cancelled: true)), CancellationToken.None);
        await handler.HandleAsync(sender.TicketOf(await sender.EndJobAsync(failed: true)), CancellationToken.None);

        using var body = JsonDocument.Parse(receiver.All.Single().Body);
        Assert.Equal("job.failed", body.RootElement.GetProperty("type").GetString());
        var problem = body.RootElement.GetProperty("data").GetProperty("transforms")[0].GetProperty("problem");
        Assert.Equal("urn:millrace:problem:too-many-pixels", problem.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Send_ToAnEndpointThatIsNotConfiguredAnyMore_IsGivenUpWithTheReason()
    {
        await using var sender = Sender.Make(_folder, []);
        await sender.OpenAsync();
        var record = await sender.EndJobAsync();

        await sender.Get<DeliveryHandler>().HandleAsync(sender.TicketOf(record), CancellationToken.None);

        var delivery = await sender.DeliveryAsync(record);
        Assert.Equal((DeliveryState.Failed, "There is no webhook endpoint named 'main'."),
            (delivery!.State, delivery.Reason));
    }

    [Fact]
    public async Task Send_ATicketWithoutAJob_IsTakenOut()
    {
        await using var sender = Sender.Make(_folder, []);
        await sender.OpenAsync();
        var record = await sender.EndJobAsync();
        var ticket = sender.TicketOf(record) with { Tenant = "nobody" };

        Assert.True(await sender.Get<DeliveryHandler>().HandleAsync(ticket, CancellationToken.None));
    }

    [Fact]
    public async Task Messages_DealtWithOrGivenBack_AreCountedByWhetherWeCould()
    {
        await using var receiver = await Receiver.StartAsync(500);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.StartAsync();
        await sender.TellAsync();
        var broken = await sender.EndJobAsync();
        await sender.Store.PutAsync(
            JobKeys.Record(broken.Tenant, broken.Id), "{\"v\":2}"u8.ToArray(), PutMode.Replace, CancellationToken.None);
        await sender.Queue.EnqueueAsync(sender.TicketOf(broken), CancellationToken.None);

        await sender.UntilDueAsync(1);
        var tally = sender.Get<LiveAnswers>().Of(ServiceDefinition.Webhooks);
        await Deadline.Until(() => tally.Read()[^1].Counts.Judged == 2, "both are counted");

        // A receiver's failure is no fault of ours: the try to come is stored.
        Assert.Equal(new AnswerCounts(1, 1, 0, 0), tally.Read()[^1].Counts);
    }

    [Fact]
    public async Task Send_ASecondTicket_IsSentNoSecondTime()
    {
        await using var receiver = await Receiver.StartAsync(500, 200);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.OpenAsync();
        var handler = sender.Get<DeliveryHandler>();
        var ticket = sender.TicketOf(await sender.EndJobAsync());

        await handler.HandleAsync(ticket, CancellationToken.None);
        await handler.HandleAsync(ticket, CancellationToken.None);
        Assert.Single(receiver.All);
        Assert.Single(await sender.DueAsync());
        sender.Time.Advance(10 * Second);
        await handler.HandleAsync(ticket, CancellationToken.None);
        await handler.HandleAsync(ticket, CancellationToken.None);

        Assert.Equal(2, receiver.All.Count);
    }

    [Fact]
    public async Task Sweep_OldDeliveries_DeletesThem()
    {
        await using var receiver = await Receiver.StartAsync(200);
        await using var sender = Sender.Make(_folder, [Sender.Endpoint(receiver.Url)]);
        await sender.OpenAsync();
        var record = await sender.EndJobAsync();
        await sender.Get<DeliveryHandler>().HandleAsync(sender.TicketOf(record), CancellationToken.None);
        var sweep = sender.Get<Later.LogSweep>();

        // The store's files have the machine's time.
        sender.Time.SetUtcNow(TimeProvider.System.GetUtcNow() > sender.Time.GetUtcNow()
            ? TimeProvider.System.GetUtcNow()
            : sender.Time.GetUtcNow());
        var early = await sweep.SweepAsync(CancellationToken.None);
        sender.Time.Advance(TimeSpan.FromDays(31));
        var late = await sweep.SweepAsync(CancellationToken.None);

        Assert.Equal((0, 1), (early, late));
        Assert.Null(await sender.DeliveryAsync(record));
    }

    [Fact]
    public void Settings_WithASecretFileThatHoldsNone_NameTheFile()
    {
        var endpoint = Sender.Endpoint("https://example.com/") with { Secrets = [], SecretFiles = ["/nowhere/secret"] };
        var sender = Sender.Make(_folder, [endpoint]);

        var thrown = Assert.Throws<InvalidDataException>(() => sender.Get<EndpointBook>());

        Assert.Contains("/nowhere/secret", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_ThatAreWrong_AreRefusedWithEveryFailure()
    {
        var sender = Sender.Make(_folder, [Sender.Endpoint("https://10.0.0.1/"), Sender.Endpoint("gopher://x/")]);

        var thrown = Assert.Throws<OptionsValidationException>(
            () => sender.Get<IOptions<WebhookSettings>>().Value);

        Assert.Equal(3, thrown.Failures.Count());
    }

    private static async Task HangAsync(HttpContext context)
    {
        var end = new TaskCompletionSource();
        await using var ending = context.RequestAborted.Register(() => end.TrySetResult());
        await end.Task;
    }
}
