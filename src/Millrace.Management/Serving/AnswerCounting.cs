using Microsoft.AspNetCore.Http;
using Millrace.Core.Promises;
using Millrace.Management.Callers;

namespace Millrace.Management.Serving;

/// <summary>
/// Counts how every request of operators, tenants and edges was answered, as <see cref="ServiceDefinition.Management"/>
/// says. It stands before all else, so that it sees what callers see.
/// </summary>
internal sealed class AnswerCounting(LiveAnswers answers)
{
    private readonly AnswerTally _tally = answers.Of(ServiceDefinition.Management);

    /// <summary>Goes on with a request, and counts its answer.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        // Before, as the treatment of errors takes the address away.
        if (context.GetEndpoint()?.Metadata.GetMetadata<Demand>() is null or { Of: CallerKind.Everybody })
        {
            await next(context);
            return;
        }
        var hasEnded = false;
        try
        {
            await next(context);
            hasEnded = true;
        }
        finally
        {
            _tally.Count(KindOf(context, hasEnded));
        }
    }

    private static AnswerKind KindOf(HttpContext context, bool hasEnded)
    {
        if (context.RequestAborted.IsCancellationRequested) return AnswerKind.Unheard;
        return hasEnded && context.Response.StatusCode < StatusCodes.Status500InternalServerError
            ? AnswerKind.Good
            : AnswerKind.Bad;
    }
}
