using Microsoft.AspNetCore.Http;
using Millrace.Core.Identity;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Identity;

/// <summary>Finds out who sends a request: by its key, or without keys by its word.</summary>
internal interface ICallerSource
{
    /// <summary>Who sent a request, or why it is not known.</summary>
    ValueTask<CallerReading> ReadAsync(HttpContext context);
}

/// <summary>Who sent a request, or the answer to whom is not known.</summary>
/// <param name="Caller">Nothing of use when there is a problem.</param>
/// <param name="Problem">Null when the caller is known.</param>
internal readonly record struct CallerReading(Caller Caller, Problem? Problem)
{
    /// <summary>Nobody, for a reason.</summary>
    public static CallerReading Of(Problem problem) => new(default, problem);
}
