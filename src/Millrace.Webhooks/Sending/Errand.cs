using Millrace.Core.Jobs;
using Millrace.Core.Webhooks;
using Millrace.Webhooks.Endpoints;

namespace Millrace.Webhooks.Sending;

/// <summary>What a ticket asks for, as store and settings have it.</summary>
/// <param name="Record">Of the job.</param>
/// <param name="Outcome">Of the job.</param>
/// <param name="Choice">Where its end is told.</param>
/// <param name="Delivery">What is known of earlier tries, or a new one.</param>
/// <param name="IsReplay">Whether the tenant asked for it.</param>
internal sealed record Errand(
    JobRecord Record, JobOutcome Outcome, EndpointChoice Choice, WebhookDelivery Delivery, bool IsReplay)
{
    /// <summary>What is told.</summary>
    public WebhookEvent Event { get; } = WebhookEvents.Of(Outcome);

    /// <summary>The message.</summary>
    public Message ToMessage() => new(
        Delivery.MessageId, WebhookBody.Write(Record, Outcome), Choice.Webhook.Url!, Choice.Secrets);

    /// <summary>A delivery that nothing is known of.</summary>
    public static WebhookDelivery New(JobRecord record, JobOutcome outcome, WebhookChoice choice)
    {
        var told = WebhookEvents.Of(outcome);
        return new WebhookDelivery
        {
            Id = record.Id,
            Tenant = record.Tenant,
            MessageId = WebhookEvents.MessageId(record.Id, told),
            Type = told.Type(),
            Endpoint = choice.Endpoint?.Name ?? "",
            State = DeliveryState.Pending,
            BegunAt = outcome.FinishedAt,
        };
    }
}
