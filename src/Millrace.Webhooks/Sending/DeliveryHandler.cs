using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Core.Webhooks;
using Millrace.Webhooks.Endpoints;

namespace Millrace.Webhooks.Sending;

/// <summary>
/// Takes one ticket from hand to its end. The ticket leaves the queue only when what follows from it is stored: that it
/// is delivered or given up, or the try to come. So a crash at any step has the message tried again, with the same id.
/// Safe for any number of threads.
/// </summary>
internal sealed partial class DeliveryHandler(
    JobObjects jobs, WebhookObjects objects, EndpointBook book, Circuits circuits, TenantPlaces places, Post post,
    SenderMetrics metrics, Chance chance, IOptions<SenderOptions> options, TimeProvider time,
    ILogger<DeliveryHandler> logger)
{
    // Clocks of senders differ by less; a message that comes this much early is not sent back.
    private static readonly TimeSpan EarlyMax = TimeSpan.FromSeconds(2);

    private readonly SenderOptions _options = options.Value;
    private readonly ConcurrentDictionary<(string, Guid), bool> _underWay = new();

    /// <summary>Works on a ticket.</summary>
    /// <param name="ticket">Of the lane webhook.</param>
    /// <param name="cancellationToken">Breaks it off; what was sent may have been heard.</param>
    /// <returns>Whether it is done with; otherwise it is to be given back.</returns>
    /// <exception cref="IOException">The store cannot; nothing is lost, the ticket is to be given back.</exception>
    public async Task<bool> HandleAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        var key = (ticket.Tenant, ticket.Id);
        // Two tickets of one message, of which one may be a replay: one after the other.
        if (!_underWay.TryAdd(key, true)) return false;
        try
        {
            if (await ReadAsync(ticket, cancellationToken) is { } errand) await DoAsync(errand, cancellationToken);
            return true;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    private async Task<Errand?> ReadAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        var (tenant, id) = (ticket.Tenant, ticket.Id);
        var record = await jobs.RecordAsync(tenant, id, cancellationToken);
        var outcome = record is null ? null : await jobs.OutcomeAsync(tenant, id, cancellationToken);
        if (record?.Webhook is not { } webhook || outcome is null)
        {
            // Not stored before its ticket, or swept since: there is nothing to tell, now or ever.
            LogNothingToTell(id, record is null ? "its record" : outcome is null ? "its outcome" : "a webhook");
            metrics.Ended("nothing");
            return null;
        }
        var choice = book.Find(tenant, webhook, record.AcceptedAt);
        var known = await objects.DeliveryAsync(tenant, id, cancellationToken);
        var isReplay = WebhookTickets.IsReplay(ticket);
        var delivery = known is null ? Errand.New(record, outcome, choice.Webhook)
            : isReplay && known.State != DeliveryState.Pending ? Anew(known)
            : known;
        return new Errand(record, outcome, choice, delivery, isReplay);
    }

    private WebhookDelivery Anew(WebhookDelivery known) => known with
    {
        State = DeliveryState.Pending,
        Reason = "",
        Tries = 0,
        BegunAt = time.GetUtcNow(),
        NextAt = null,
    };

    private async Task DoAsync(Errand errand, CancellationToken cancellationToken)
    {
        // A second ticket of a message that has come to its end.
        if (errand.Delivery.State != DeliveryState.Pending) return;
        if (errand.Choice.Webhook.Endpoint is not { } endpoint)
        {
            await RefuseAsync(errand, cancellationToken);
            return;
        }
        if (!endpoint.Events.Contains(errand.Event))
        {
            metrics.Ended("unwanted");
            return;
        }
        if (!errand.IsReplay && await WaitsAsync(errand, endpoint, cancellationToken)) return;
        await SendAsync(errand, endpoint, cancellationToken);
    }

    // An edge may have been told of an endpoint that this process is not told of yet.
    private Task RefuseAsync(Errand errand, CancellationToken cancellationToken) =>
        errand.Choice.IsSettled || time.GetUtcNow() - errand.Delivery.BegunAt > _options.MessageAgeMax
            ? EndAsync(errand.Delivery, errand.Choice.Webhook.Refusal, cancellationToken)
            : PutOffAsync(errand, "endpoint", chance.Around(_options.PutOff), cancellationToken);

    /// <returns>Whether nothing is sent now; what follows is stored.</returns>
    private async Task<bool> WaitsAsync(Errand errand, WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        var delivery = errand.Delivery;
        var now = time.GetUtcNow();
        if (delivery.NextAt is { } next && next - now > EarlyMax)
        {
            // Another ticket of it, or another clock: the same try once more costs nothing, and is never missed.
            await objects.PutAsync(Due(errand, next, isReplay: false), cancellationToken);
            return true;
        }
        if (now - delivery.BegunAt > _options.MessageAgeMax)
        {
            await EndAsync(delivery, "It was tried for as long as a message is.", cancellationToken);
            return true;
        }
        var state = await objects.EndpointAsync(endpoint, cancellationToken);
        if (state.IsOn) return false;
        await EndAsync(delivery, "The endpoint is off. " + state.OffReason, cancellationToken);
        return true;
    }

    private async Task SendAsync(Errand errand, WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var place = await places.EnterAsync(endpoint.Tenant, cancellationToken);
        if (place is null)
        {
            await PutOffAsync(errand, "tenant", chance.Around(_options.PutOff), cancellationToken);
            return;
        }
        if (!circuits.MayEnter(endpoint, out var wait))
        {
            // They come again one after the other, the first of them as the probe.
            var spread = wait + chance.Around(_options.PutOff);
            await PutOffAsync(errand, "circuit", spread, cancellationToken);
            return;
        }
        var hasEnded = false;
        try
        {
            var (verdict, one) = await post.SendAsync(errand.ToMessage(), cancellationToken);
            circuits.After(endpoint, verdict.Result == WebhookResult.Delivered);
            hasEnded = true;
            var tried = errand with { Delivery = errand.Delivery.With(one) };
            await StoreAsync(tried, endpoint, verdict, cancellationToken);
        }
        finally
        {
            if (!hasEnded) circuits.Abandoned(endpoint);
        }
    }

    private async Task StoreAsync(
        Errand errand, WebhookEndpoint endpoint, WebhookVerdict verdict, CancellationToken cancellationToken)
    {
        var wait = verdict.Result == WebhookResult.Failed
            ? WebhookRetries.After(errand.Delivery.Tries, verdict, chance.Next())
            : null;
        if (wait is { } later) await RetryAsync(errand, later, cancellationToken);
        else await EndAsync(errand.Delivery, Told(verdict), cancellationToken);
        await RememberAsync(endpoint, verdict, cancellationToken);
    }

    // First the try to come, then the log: a log that tells of a try that is not stored would lose it.
    private async Task RetryAsync(Errand errand, TimeSpan wait, CancellationToken cancellationToken)
    {
        var due = Due(errand, time.GetUtcNow() + wait, isReplay: false);
        await objects.PutAsync(due, cancellationToken);
        await objects.PutAsync(errand.Delivery with { NextAt = due.At }, cancellationToken);
        metrics.Ended("later");
    }

    private async Task PutOffAsync(Errand errand, string reason, TimeSpan wait, CancellationToken cancellationToken)
    {
        await objects.PutAsync(Due(errand, time.GetUtcNow() + wait, errand.IsReplay), cancellationToken);
        metrics.PutOff(reason);
    }

    private async Task EndAsync(WebhookDelivery delivery, string reason, CancellationToken cancellationToken)
    {
        var isDelivered = reason.Length == 0;
        await objects.PutAsync(
            delivery with
            {
                State = isDelivered ? DeliveryState.Delivered : DeliveryState.Failed,
                Reason = reason,
                NextAt = null,
            },
            cancellationToken);
        metrics.Ended(isDelivered ? "delivered" : "failed");
        if (!isDelivered) LogGivenUp(delivery.Id, delivery.Endpoint, reason);
    }

    private async Task RememberAsync(
        WebhookEndpoint endpoint, WebhookVerdict verdict, CancellationToken cancellationToken)
    {
        var state = await objects.EndpointAsync(endpoint, cancellationToken);
        var next = state.After(verdict.Result, time.GetUtcNow(), _options.EndpointOffAfter);
        if (next == state) return;
        await objects.PutAsync(endpoint, next, cancellationToken);
        if (!state.IsOn || next.IsOn) return;
        metrics.TurnedOff();
        LogTurnedOff(endpoint.Tenant, endpoint.Name, next.OffReason);
    }

    // To the millisecond, as its key tells it.
    private static WebhookDue Due(Errand errand, DateTimeOffset at, bool isReplay) => new(
        errand.Record.Tenant, errand.Record.Id,
        DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()), isReplay);

    private static string Told(WebhookVerdict verdict) => verdict.Result switch
    {
        WebhookResult.Delivered => "",
        WebhookResult.Gone => "The endpoint answered 410 Gone.",
        _ => "Its last try failed.",
    };

    [LoggerMessage(6010, LogLevel.Error, "Job {Job} has a webhook's ticket, and {Missing} is missing; nothing is told")]
    private partial void LogNothingToTell(Guid job, string missing);

    [LoggerMessage(6011, LogLevel.Warning, "The message of job {Job} to endpoint {Endpoint} is given up: {Reason}")]
    private partial void LogGivenUp(Guid job, string endpoint, string reason);

    [LoggerMessage(6012, LogLevel.Warning, "The endpoint {Tenant}/{Endpoint} is turned off: {Reason}")]
    private partial void LogTurnedOff(string tenant, string endpoint, string reason);
}
