using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;
using Millrace.Core.Webhooks;
using Millrace.Edge.Jobs;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Webhooks;

/// <summary>
/// <c>GET /v1/webhooks/deliveries</c>, <c>GET /v1/webhooks/deliveries/{id}</c> and
/// <c>POST /v1/webhooks/deliveries/{id}:replay</c>. A delivery's id is its job's; another tenant's does not exist.
/// </summary>
internal sealed partial class DeliveryEndpoint(
    JobShell shell, IObjectStore store, WebhookObjects objects, TimeProvider time, ILogger<DeliveryEndpoint> log)
{
    /// <summary>Address of all deliveries.</summary>
    public const string Path = "/v1/webhooks/deliveries";

    private const int LimitDefault = 20;
    private const int LimitMax = 100;
    private const string Replay = ":replay";

    /// <summary>Answers with the tenant's deliveries, those of the newest jobs first.</summary>
    public Task ListAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Webhooks, AnswerListAsync);

    /// <summary>Answers with a delivery and its tries.</summary>
    public Task GetAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Webhooks, async inner =>
    {
        var (delivery, problem) = await FindAsync(inner, Text(inner));
        if (delivery is null) return problem;
        await DeliveryAnswer.WriteAsync(inner, delivery, StatusCodes.Status200OK);
        return null;
    });

    /// <summary>Has a message sent once more, whatever became of it before.</summary>
    public Task ReplayAsync(HttpContext context) => shell.AnswerAsync(context, JobCall.Webhooks, async inner =>
    {
        if (!Text(inner).EndsWith(Replay, StringComparison.Ordinal)) return Problem.Of(ProblemKinds.NotFound);
        var (delivery, problem) = await FindAsync(inner, Text(inner)[..^Replay.Length]);
        if (delivery is null) return problem;
        var due = new WebhookDue(delivery.Tenant, delivery.Id, Whole(time.GetUtcNow()), IsReplay: true);
        await objects.PutAsync(due, inner.RequestAborted);
        LogReplay(delivery.Id);
        await DeliveryAnswer.WriteAsync(inner, delivery, StatusCodes.Status202Accepted);
        return null;
    });

    private async Task<Problem?> AnswerListAsync(HttpContext context)
    {
        var tenant = JobShell.TenantOf(context);
        var query = context.Request.Query;
        var text = query["limit"].ToString();
        var limit = LimitDefault;
        if (text.Length > 0 && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
            limit = 0;
        if (limit is < 1 or > LimitMax) return Bad("limit", $"a number from 1 to {LimitMax}");
        var cursor = query["cursor"].ToString();
        var before = JobKeys.ReadId(cursor);
        if (cursor.Length > 0 && before is null) return Bad("cursor", "next of an earlier answer");
        var (page, next) = await ReadAsync(tenant, before, limit, context.RequestAborted);
        await DeliveryAnswer.WriteAsync(context, page, next);
        return null;
    }

    private async Task<(List<WebhookDelivery> Page, string? Next)> ReadAsync(
        string tenant, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var page = new List<WebhookDelivery>();
        ObjectKey? after = before is { } id ? WebhookKeys.Delivery(tenant, id) : null;
        var (seen, last) = (0, Guid.Empty);
        await foreach (var head in store.ListAsync(WebhookKeys.DeliveriesOf(tenant), after, cancellationToken))
        {
            if (WebhookKeys.JobOf(head.Key) is not { } job) continue;
            if (seen == limit) return (page, JobKeys.Id(last));
            if (await objects.DeliveryAsync(tenant, job, cancellationToken) is { } delivery) page.Add(delivery);
            (seen, last) = (seen + 1, job);
        }
        return (page, null);
    }

    private async Task<(WebhookDelivery? Delivery, Problem? Problem)> FindAsync(HttpContext context, string text)
    {
        var tenant = JobShell.TenantOf(context);
        var delivery = Guid.TryParseExact(text, "D", out var id)
            ? await objects.DeliveryAsync(tenant, id, context.RequestAborted)
            : null;
        return (delivery, delivery is null ? Problem.Of(ProblemKinds.DeliveryNotFound) : null);
    }

    private static string Text(HttpContext context) => context.Request.RouteValues["id"] as string ?? "";

    // As its key tells it.
    private static DateTimeOffset Whole(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private static Problem Bad(string parameter, string allowed) =>
        Problem.Of(ProblemKinds.BadParameter) with { Parameter = parameter, Allowed = allowed };

    [LoggerMessage(3070, LogLevel.Information, "The webhook of job {Job} is sent once more, as its tenant asks.")]
    private partial void LogReplay(Guid job);
}
