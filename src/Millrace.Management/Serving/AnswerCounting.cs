using Microsoft.AspNetCore.Http;
using Millrace.Core.Promises;

namespace Millrace.Management.Serving;

/// <summary>
/// Counts how every request under <c>/v1</c> was answered, as <see cref="ServiceDefinition.Management"/> says. It
/// stands before all else, so that it sees what callers see.
/// </summary>
internal sealed class AnswerCounting(LiveAnswers answers)
{
    private readonly AnswerTally _tally = answers.Of(ServiceDefinition.Management);

    /// <summary>Goes on with a request, and counts its answer.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsCounted(context.Request.Path))
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

    private static bool IsCounted(PathString path) =>
        path.StartsWithSegments("/v1") && !path.StartsWithSegments(ServiceDefinition.Path);
}
