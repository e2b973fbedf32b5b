using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;

namespace Millrace.Edge.Identity;

/// <summary>Who sent a request, as <see cref="CallerGate"/> leaves it with the request.</summary>
/// <param name="Caller">Who.</param>
/// <param name="Took">How long it took to know.</param>
internal sealed record KnownCaller(Caller Caller, TimeSpan Took)
{
    /// <summary>Of a request that has passed the gate.</summary>
    /// <exception cref="InvalidOperationException">Its address demands no scope.</exception>
    public static KnownCaller Of(HttpContext context) => context.Features.Get<KnownCaller>()
        ?? throw new InvalidOperationException($"{context.Request.Path} is mapped without RequiredScope.");
}
