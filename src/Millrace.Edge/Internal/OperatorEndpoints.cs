using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Jobs;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Edge.Dispatch;
using Millrace.Edge.Jobs;

namespace Millrace.Edge.Internal;

/// <summary>What operators ask of an edge: quarantined images, releases, its view of workers and queue.</summary>
internal sealed partial class OperatorEndpoints(
    IPoisonLedger ledger, IJobQueue queue, Fleet fleet, OpenConversions open, FirstSightGate gate,
    IOptions<DispatchOptions> options, TimeProvider time, ILogger<OperatorEndpoints> log, DeadJobs? dead = null)
{
    /// <summary>Request header of a release: who says so.</summary>
    public const string Operator = "Millrace-Operator";

    private const int LimitDefault = 100;
    private const int LimitMax = 1000;
    private const int OperatorLengthMax = 64;
    private const string LimitRefusal = "limit is no number from 0 to 1000.";

    private readonly Guid _instance = Guid.CreateVersion7(time.GetUtcNow());

    /// <summary><c>GET /internal/v1/poison?limit=100</c>: latest first; at most 1,000.</summary>
    public Task ListAsync(HttpContext context)
    {
        if (LimitOf(context) is not { } limit) return RefuseAsync(context, LimitRefusal);
        IReadOnlyList<PoisonAnswer> list =
            [.. ledger.List().OrderByDescending(entry => entry.LastAt).Take(limit).Select(Answer)];
        return context.Response.WriteAsJsonAsync(
            list, OperatorAnswers.Default.IReadOnlyListPoisonAnswer, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>DELETE /internal/v1/poison/{fingerprint}</c>: 204 forgotten, 404 unknown.</summary>
    public async Task ReleaseAsync(HttpContext context)
    {
        var text = Uri.UnescapeDataString(context.Request.RouteValues["fingerprint"] as string ?? "");
        var name = context.Request.Headers[Operator].ToString();
        if (text.Length is 0 or > Fingerprint.LengthMax || !text.All(c => c == '/' || char.IsAsciiHexDigitLower(c)))
        {
            await RefuseAsync(context, "This is no fingerprint.");
            return;
        }
        if (name.Length is 0 or > OperatorLengthMax)
        {
            await RefuseAsync(context, $"The header {Operator} must say who releases it, in 1 to 64 characters.");
            return;
        }
        var isKnown = await ledger.ReleaseAsync(
            new Fingerprint(text), name, time.GetUtcNow(), context.RequestAborted);
        if (isKnown) LogReleased(text, name);
        context.Response.StatusCode = isKnown ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
    }

    /// <summary><c>GET /internal/v1/dead?limit=100</c>: jobs that were given up, newest first; at most 1,000.</summary>
    public async Task ListDeadAsync(HttpContext context)
    {
        if (LimitOf(context) is not { } limit)
        {
            await RefuseAsync(context, LimitRefusal);
            return;
        }
        IReadOnlyList<DeadJob> list = dead is null ? [] : await dead.ListAsync(limit, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(
            list, OperatorAnswers.Default.IReadOnlyListDeadJob, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>GET /internal/v1/status</c>.</summary>
    public Task StatusAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new StatusAnswer(
            options.Value.Name, _instance, [.. fleet.List().Select(Answer)], [.. queue.Health.Select(Answer)],
            open.Count, open.Claimed, gate.Waiting, ledger.Behind),
        OperatorAnswers.Default.StatusAnswer, cancellationToken: context.RequestAborted);

    private static PoisonAnswer Answer(PoisonEntry entry) => new(
        entry.Fingerprint.Text, entry.Strikes, entry.IsQuarantined, entry.Tenant,
        entry.Cause.ToString().ToLowerInvariant(), entry.Witness, entry.LastAt, entry.ExpiresAt);

    private static WorkerAnswer Answer(FleetMember member) => new(
        member.Worker.Name, member.Worker.Instance, member.Worker.Build, member.Worker.Kernels, member.Pace,
        member.Limps);

    private static CellAnswer Answer(CellHealth cell) => new(
        cell.Cell, cell.IsHealthy, cell.Reason,
        [.. cell.Lanes.Select(lane => new LaneAnswer(lane.Lane.Name(), lane.Depth, lane.OldestAge.TotalSeconds))]);

    private static int? LimitOf(HttpContext context)
    {
        var text = context.Request.Query["limit"].ToString();
        if (text.Length == 0) return LimitDefault;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? Math.Min(limit, LimitMax)
            : null;
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    [LoggerMessage(3044, LogLevel.Information, "Fingerprint {Fingerprint} was released by {Operator}.")]
    private partial void LogReleased(string fingerprint, string @operator);
}
