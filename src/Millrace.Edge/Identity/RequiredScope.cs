using Microsoft.AspNetCore.Builder;
using Millrace.Core.Identity;

namespace Millrace.Edge.Identity;

/// <summary>What an address demands of its callers. An address without it is everybody's.</summary>
/// <param name="Scope">The scope, one.</param>
internal sealed record RequiredScope(KeyScopes Scope);

/// <summary>Says what addresses demand, where they are mapped.</summary>
internal static class RequiredScopes
{
    /// <summary>Only callers with the scope get to this address.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder route, KeyScopes scope)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequiredScope(scope));

    /// <summary>The scope's name in answers.</summary>
    public static string Name(this KeyScopes scope) => scope switch
    {
        KeyScopes.Convert => "convert",
        KeyScopes.Jobs => "jobs",
        KeyScopes.Usage => "usage",
        KeyScopes.Account => "account",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "not one scope"),
    };
}
