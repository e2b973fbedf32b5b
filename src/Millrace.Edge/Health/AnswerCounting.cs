using Microsoft.AspNetCore.Http;
using Millrace.Core.Promises;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Health;

/// <summary>
/// Counts how every request under <c>/v1</c> was answered, as <see cref="ServiceDefinition.Edge"/> says. It stands
/// before all else, so that it sees what callers see.
/// </summary>
internal sealed class AnswerCounting(LiveAnswers answers)
{
    private readonly AnswerTally _tally = answers.Of(ServiceDefinition.Edge);

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

    /// <summary>How an answer counts.</summary>
    /// <param name="context">Of its request, whose answer is over.</param>
    /// <param name="hasEnded">Whether it came to its end.</param>
    private static AnswerKind KindOf(HttpContext context, bool hasEnded)
    {
        var problem = context.Features.Get<Problem>();
        if (context.RequestAborted.IsCancellationRequested || problem is { IsUnheard: true })
            return AnswerKind.Unheard;
        if (problem is not null && ProblemKinds.Overload.Contains(problem.Kind)) return AnswerKind.Shed;
        return hasEnded && context.Response.StatusCode < StatusCodes.Status500InternalServerError
            ? AnswerKind.Good
            : AnswerKind.Bad;
    }

    private static bool IsCounted(PathString path) =>
        path.StartsWithSegments("/v1") && !path.StartsWithSegments(ServiceDefinition.Path);
}
