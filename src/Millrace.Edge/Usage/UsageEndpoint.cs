using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Usage;
using Millrace.Edge.Identity;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Usage;

/// <summary>
/// <c>GET /v1/account/usage</c>: what the caller's tenant has used; and the same for operators, of any tenant or of all
/// together.
/// </summary>
internal sealed partial class UsageEndpoint(
    IUsageLedger ledger, UsageTotals totals, FreshnessBoard board, IOptions<UsageOptions> options, TimeProvider time,
    ILogger<UsageEndpoint> log) : IDisposable
{
    /// <summary>Address of a tenant's own.</summary>
    public const string Path = "/v1/account/usage";

    private const int TenantLengthMax = 64;
    private static readonly TimeSpan FaultRetry = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _places = new(options.Value.ReadsMax);

    /// <summary>Answers a tenant.</summary>
    public Task GetAsync(HttpContext context) =>
        AnswerAsync(context, KnownCaller.Of(context).Caller.Tenant, isOperator: false);

    /// <summary>
    /// Answers an operator: <c>GET /internal/v1/usage?tenant=…</c>; without a tenant everybody's together.
    /// </summary>
    public Task GetAnyAsync(HttpContext context)
    {
        var tenant = context.Request.Query["tenant"].ToString();
        return tenant.Length <= TenantLengthMax
            ? AnswerAsync(context, tenant.Length == 0 ? null : tenant, isOperator: true)
            : ProblemWriter.WriteAsync(context, Problem.Of(ProblemKinds.BadParameter) with
            {
                Parameter = "tenant",
                Allowed = $"1 to {TenantLengthMax} characters",
            });
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task AnswerAsync(HttpContext context, string? tenant, bool isOperator)
    {
        var (query, problem) = UsageQuery.Read(
            context.Request, time.GetUtcNow(), tenant is null ? UsageTotals.Longest : UsageQuery.Longest);
        if (query is null)
        {
            await ProblemWriter.WriteAsync(context, problem!);
            return;
        }
        if (!_places.Wait(0, CancellationToken.None))
        {
            await ProblemWriter.WriteAsync(
                context, Problem.Of(ProblemKinds.RequestsFull) with { RetryAfter = FaultRetry });
            return;
        }
        try
        {
            await AnswerAsync(context, tenant, query with { NamesRecorders = isOperator });
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task AnswerAsync(HttpContext context, string? tenant, UsageQuery query)
    {
        using var timeout = new CancellationTokenSource(options.Value.ReadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            await WriteAsync(context, tenant, query, linked.Token);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested
            && e is OperationCanceledException or IOException)
        {
            // The caller has gone.
        }
        catch (Exception e) when (e is UsageLedgerException or OperationCanceledException)
        {
            LogAway(context.TraceIdentifier, e);
            if (context.Response.HasStarted)
            {
                // A cut answer is seen to be none.
                context.Abort();
                return;
            }
            await ProblemWriter.WriteAsync(
                context, Problem.Of(ProblemKinds.LedgerUnavailable) with { RetryAfter = FaultRetry });
        }
    }

    private async Task WriteAsync(
        HttpContext context, string? tenant, UsageQuery query, CancellationToken cancellationToken)
    {
        var freshness = await board.ReadAsync(cancellationToken);
        var stream = tenant is null
            ? totals.ReadAsync(query, cancellationToken)
            : UsagePeriods.FoldAsync(
                ledger.ReadAsync(tenant, query.Begin, query.To, cancellationToken), query.Granularity);
        await using var periods = await FirstRead<IReadOnlyList<UsageSum>>.OfAsync(stream, cancellationToken);
        await (query.IsCsv
            ? UsageAnswer.WriteCsvAsync(context, freshness, periods, cancellationToken)
            : UsageAnswer.WriteJsonAsync(context, tenant, query, freshness, periods, cancellationToken));
    }

    [LoggerMessage(3080, LogLevel.Warning, "The usage ledger cannot be read, request {Request}.")]
    private partial void LogAway(string request, Exception exception);
}
