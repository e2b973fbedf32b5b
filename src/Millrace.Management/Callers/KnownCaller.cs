using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Operators;

namespace Millrace.Management.Callers;

/// <summary>Who sent a request, as <see cref="CallerGate"/> leaves it with the request.</summary>
internal sealed record KnownCaller
{
    /// <summary>The operator; null when it is none.</summary>
    public Operator? Operator { get; init; }

    /// <summary>The tenant's key; null when it is no tenant.</summary>
    public KeyEntry? Key { get; init; }

    /// <summary>As the audit log has it.</summary>
    public string Actor => Operator?.Name ?? "key:" + Key!.Id;

    /// <summary>Of a request that has passed the gate.</summary>
    /// <exception cref="InvalidOperationException">Everybody may call its address.</exception>
    public static KnownCaller Of(HttpContext context) => context.Features.Get<KnownCaller>()
        ?? throw new InvalidOperationException($"{context.Request.Path} is everybody's.");
}

/// <summary>Who sent a request, or the answer to whom is not known.</summary>
/// <param name="Caller">Null when there is a problem, or when only the cluster's secret was asked for.</param>
/// <param name="Problem">Null when the caller may go on.</param>
internal readonly record struct CallerReading(KnownCaller? Caller, Problem? Problem)
{
    public static CallerReading Of(Problem problem) => new(null, problem);
}
