using System.Globalization;
using Millrace.Core.Jobs;

namespace Millrace.Core.Webhooks;

/// <summary>What is told of a job. A job ends once, so it is told of once.</summary>
public enum WebhookEvent
{
    /// <summary>Every transform has a result.</summary>
    Succeeded,

    /// <summary>Some transforms have a result, some failed.</summary>
    Partial,

    /// <summary>No transform has a result.</summary>
    Failed,

    /// <summary>Its caller cancelled it before it was begun.</summary>
    Cancelled,
}

/// <summary>Names of events and messages. Pure.</summary>
public static class WebhookEvents
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<WebhookEvent> All { get; } = Enum.GetValues<WebhookEvent>();

    /// <summary>The event that an outcome is.</summary>
    public static WebhookEvent Of(JobOutcome outcome)
    {
        if (outcome.IsCancelled) return WebhookEvent.Cancelled;
        var results = outcome.Transforms.Count(transform => transform.Result is not null);
        if (results == outcome.Transforms.Count) return WebhookEvent.Succeeded;
        return results == 0 ? WebhookEvent.Failed : WebhookEvent.Partial;
    }

    /// <summary>The <c>type</c> of a message, for example <c>job.succeeded</c>.</summary>
    public static string Type(this WebhookEvent told) => "job." + Name(told);

    /// <summary>The event of a type; null when there is none.</summary>
    public static WebhookEvent? OfType(string? type)
    {
        foreach (var each in All)
        {
            if (each.Type() == type) return each;
        }
        return null;
    }

    /// <summary>
    /// The <c>webhook-id</c>: the same for every try and every replay of a job's event, and of nothing else, so that a
    /// receiver that has seen it need do nothing.
    /// </summary>
    public static string MessageId(Guid job, WebhookEvent told) =>
        string.Create(CultureInfo.InvariantCulture, $"msg_{job:N}_{Name(told)}");

    private static string Name(WebhookEvent told) => told switch
    {
        WebhookEvent.Succeeded => "succeeded",
        WebhookEvent.Partial => "partial",
        WebhookEvent.Failed => "failed",
        WebhookEvent.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(told), told, "not an event"),
    };
}
