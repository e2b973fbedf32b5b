using Millrace.Management.Operators;

namespace Millrace.Management.Callers;

/// <summary>Who may call an address. Every address has one; what has none is refused.</summary>
/// <param name="Of">Which kind of caller.</param>
/// <param name="Role">Of an operator: the least role.</param>
internal sealed record Demand(CallerKind Of, OperatorRole Role = default)
{
    /// <summary>Everybody: health, description.</summary>
    public static Demand Everybody { get; } = new(CallerKind.Everybody);

    /// <summary>A tenant's key with the scope <c>account</c>.</summary>
    public static Demand Tenant { get; } = new(CallerKind.Tenant);

    /// <summary>Who has the cluster's secret: edges and senders.</summary>
    public static Demand Cluster { get; } = new(CallerKind.Cluster);

    /// <summary>An operator with this role or more.</summary>
    public static Demand Operator(OperatorRole role) => new(CallerKind.Operator, role);
}

/// <summary>Kinds of callers.</summary>
internal enum CallerKind
{
    Everybody = 0,
    Operator = 1,
    Tenant = 2,
    Cluster = 3,
}
