using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Identity;

/// <summary>
/// Stands before every address that demands a scope: nothing of a request is read, counted or admitted before its
/// caller is known and may do this.
/// </summary>
internal sealed class CallerGate(ICallerSource source, TimeProvider time)
{
    /// <summary>Goes on with a request, or refuses it.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var required = context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>();
        return required is null ? next(context) : CheckAsync(context, required.Scope, next);
    }

    /// <summary>Why a known caller may not do something more than the address demands; null when it may.</summary>
    public static Problem? Check(HttpContext context, KeyScopes scope) =>
        Check(KnownCaller.Of(context).Caller, scope);

    private async Task CheckAsync(HttpContext context, KeyScopes scope, RequestDelegate next)
    {
        var began = time.GetTimestamp();
        var reading = await source.ReadAsync(context);
        if ((reading.Problem ?? Check(reading.Caller, scope)) is { } problem)
        {
            await ProblemWriter.WriteAsync(context, problem);
            return;
        }
        context.Features.Set(new KnownCaller(reading.Caller, time.GetElapsedTime(began)));
        await next(context);
    }

    private static Problem? Check(Caller caller, KeyScopes scope) => (caller.Scopes & scope) == scope
        ? null
        : Problem.Of(ProblemKinds.ScopeMissing, $"It needs a key with the scope {scope.Name()}.") with
        {
            Challenge = $"Bearer realm=\"millrace\", error=\"insufficient_scope\", scope=\"{scope.Name()}\"",
            Closes = true,
        };
}
