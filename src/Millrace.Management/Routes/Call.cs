using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Management.Answers;
using Millrace.Management.Callers;

namespace Millrace.Management.Routes;

/// <summary>One request to an address of this API, whose caller is known.</summary>
internal sealed class Call(HttpContext context)
{
    /// <summary>Entries of a page when the caller does not say.</summary>
    public const int LimitDefault = 100;

    /// <summary>Most entries of a page.</summary>
    public const int LimitMax = 1000;

    /// <summary>Longest mark of a page's end.</summary>
    private const int AfterLengthMax = 256;

    /// <summary>Who calls.</summary>
    public KnownCaller Caller { get; } = KnownCaller.Of(context);

    /// <summary>Ends when the client goes.</summary>
    public CancellationToken Gone => context.RequestAborted;

    /// <summary>Whose things are asked for: the caller's own, or those of the tenant in an operator's address.</summary>
    public string Tenant => Caller.Key?.Tenant ?? Part("tenant");

    /// <summary>A part of the address.</summary>
    public string Part(string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A query parameter; null when it is not there.</summary>
    public string? Query(string name) =>
        context.Request.Query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    /// <summary>Which page is asked for, or what is wrong with the asking.</summary>
    public Problem? ReadPage(out PageWish page)
    {
        page = new PageWish(Query("after"), LimitDefault);
        if (page.After?.Length > AfterLengthMax) return Problem.Field("after", "it is too long", "next of a page");
        if (Query("limit") is not { } text) return null;
        var isLimit = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is >= 1 and <= LimitMax;
        page = page with { Limit = limit };
        return isLimit ? null : Problem.Field("limit", "it is out of range", $"1 to {LimitMax}");
    }

    /// <summary>The version that the caller has looked at, or why none was named.</summary>
    public Problem? ReadMatch(out long version)
    {
        version = 0;
        var header = context.Request.Headers.IfMatch.ToString();
        if (header.Length == 0) return Problem.Of(ProblemKinds.MatchRequired);
        return VersionTag.Read(header) is { } read && (version = read) >= 0 ? null : Problem.Of(ProblemKinds.Changed);
    }
}

/// <summary>A page that is asked for.</summary>
/// <param name="After"><c>next</c> of the page before; null: the first.</param>
/// <param name="Limit">Most entries, 1 to 1,000.</param>
internal readonly record struct PageWish(string? After, int Limit);

/// <summary>Entity tags: a version in quotes.</summary>
internal static class VersionTag
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version; null when the tag is none of ours, and so matches nothing.</summary>
    public static long? Read(string tag)
    {
        var isTag = tag.Length > 2 && tag[0] == '"' && tag[^1] == '"';
        return isTag && long.TryParse(tag.AsSpan(1, tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture,
            out var version) ? version : null;
    }
}
