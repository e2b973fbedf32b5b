namespace Millrace.Management.Operators;

/// <summary>What an operator may. Each may what those before it may. The numbers are stored.</summary>
public enum OperatorRole
{
    /// <summary><c>viewer</c>: looks at everything but secrets.</summary>
    Viewer = 1,

    /// <summary><c>operator</c>: makes, changes, suspends and resumes tenants, and all that is theirs.</summary>
    Operator = 2,

    /// <summary><c>owner</c>: changes plans and prices, deletes tenants, and lets operators in.</summary>
    Owner = 3,
}

/// <summary>The names of roles.</summary>
internal static class OperatorRoles
{
    public const string Allowed = "viewer, operator or owner";

    public static string Name(this OperatorRole role) => role switch
    {
        OperatorRole.Viewer => "viewer",
        OperatorRole.Operator => "operator",
        OperatorRole.Owner => "owner",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "not a role"),
    };

    public static OperatorRole? Parse(string? name) => name switch
    {
        "viewer" => OperatorRole.Viewer,
        "operator" => OperatorRole.Operator,
        "owner" => OperatorRole.Owner,
        _ => null,
    };
}

/// <summary>An operator who is known.</summary>
/// <param name="Name">As the audit log has it: <c>token:NAME</c> or <c>oidc:SUBJECT</c>.</param>
/// <param name="Role">What they may.</param>
internal sealed record Operator(string Name, OperatorRole Role);
