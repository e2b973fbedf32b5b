using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Identity;

/// <summary>Whose request it is, as the caller says where nobody has a key.</summary>
internal static partial class TenantHeader
{
    /// <summary>The header's name.</summary>
    public const string Name = "Millrace-Tenant";

    /// <summary>The tenant of those who name none.</summary>
    public const string Default = "open";

    /// <summary>The tenant of the service itself: nobody else may call themselves so.</summary>
    public const string Reserved = "millrace";

    /// <summary>Reads the tenant, or says what is wrong with the header.</summary>
    public static Problem? Read(HttpRequest request, out string tenant)
    {
        tenant = Default;
        if (!request.Headers.TryGetValue(Name, out var values)) return null;
        tenant = values.ToString();
        if (Form().IsMatch(tenant) && tenant != Reserved) return null;
        var found = $"The header {Name} must be 1 to 64 of a-z, 0-9 and '-', not begin with '-', and not be "
            + $"'{Reserved}'.";
        return Problem.Of(ProblemKinds.BadRequest, found) with { Closes = true };
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,63}\z")]
    private static partial Regex Form();
}
