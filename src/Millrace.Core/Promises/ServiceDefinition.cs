namespace Millrace.Core.Promises;

/// <summary>
/// What a service is, in three answers: where it counts, for how many, and what it guarantees. Each role tells its own
/// at <c>/v1/service</c>; docs/guarantees.md sets each promise beside what has shown it.
/// </summary>
/// <param name="Role">As on the command line.</param>
/// <param name="Scope"><c>global</c> or <c>regional</c>.</param>
/// <param name="Tenancy">Whose requests one instance serves.</param>
/// <param name="Guarantees">What it promises.</param>
public sealed record ServiceDefinition(string Role, string Scope, string Tenancy, ServiceGuarantees Guarantees)
{
    /// <summary>What its availability is reckoned from; null for one that answers nobody.</summary>
    public AvailabilityMeasure? Measure { get; init; }

    /// <summary>Where it is told.</summary>
    public const string Path = "/v1/service";

    /// <summary>An API server.</summary>
    public static ServiceDefinition Edge { get; } = new("edge", "regional", "multi-tenant", new(
        "99.9 %: stateless, any instance may die", "p99 at most 5 ms besides queue and conversion",
        "as many requests as workers convert; what is beyond is shed within 1 ms", "none of its own",
        "none of its own: what is accepted durably is in the object store and the queue"))
    {
        Measure = new(
            "an answer under /v1 but /v1/service", "a 5xx, or an answer that broke off by no doing of the client's",
            "a 503 because more was asked for than there is room for", 0.999),
    };

    /// <summary>A worker.</summary>
    public static ServiceDefinition Worker { get; } = new("worker", "regional", "multi-tenant, one image a kernel", new(
        "any kernel and any instance may die at any time", "a conversion's own, and a deadline for each",
        "at least 0.95 of in-process libvips a core", "none of its own", "none of its own"))
    {
        Measure = new(
            "a lease that ended with a word on its image", "one that a fault of the worker's or its stores' ended",
            "a ticket whose deadline had passed", null),
    };

    /// <summary>A sender of webhooks.</summary>
    public static ServiceDefinition Webhooks { get; } = new("webhooks", "regional", "multi-tenant, a share each", new(
        "stateless, any instance may die", "15 s a receiver; a dead one delays nobody else",
        "256 messages on their way an instance", "at least once, one id a message",
        "what is tried later stands in the object store"))
    {
        Measure = new(
            "a message that was dealt with: told, refused by its receiver, or stored to be tried later",
            "one that was given back, as store or queue could not", "none", null),
    };

    /// <summary>Billing.</summary>
    public static ServiceDefinition Billing { get; } = new("bill", "global", "batch, all tenants", new(
        "may be down for days: hours wait", "an hour is sealed once all that recorded in it have delivered",
        "a region's day within the hour", "exact: the same inputs give the same bytes",
        "every step is an object that is created once"));

    /// <summary>Management.</summary>
    public static ServiceDefinition Management { get; } = new("manage", "global", "multi-tenant", new(
        "may be down: nobody's images stop", "a change is known at every edge within 2 s (p99)",
        "rare changes; a feed of constant work", "one transaction a change, all in one order",
        "the database's; a change that was answered is on its disk"))
    {
        Measure = new(
            "an answer at an address of operators, tenants or edges",
            "a 5xx, or an answer that broke off by no doing of the client's",
            "none", null),
    };
}

/// <summary>What a service promises, a phrase each.</summary>
/// <param name="Availability">How much of the time, and what may fail.</param>
/// <param name="Latency">How long it takes.</param>
/// <param name="Throughput">How much it does.</param>
/// <param name="Consistency">Of what it tells.</param>
/// <param name="Durability">Of what it holds.</param>
public sealed record ServiceGuarantees(
    string Availability, string Latency, string Throughput, string Consistency, string Durability);

/// <summary>What a service's availability is reckoned from, a phrase each, and how much of it is promised.</summary>
/// <param name="Counted">What is counted; good, unless it is one of the others.</param>
/// <param name="Bad">What counts as failed.</param>
/// <param name="Apart">What counts as neither.</param>
/// <param name="Objective">Share of good ones that is promised, above 0, below 1; null: no share is promised.</param>
public sealed record AvailabilityMeasure(string Counted, string Bad, string Apart, double? Objective);
