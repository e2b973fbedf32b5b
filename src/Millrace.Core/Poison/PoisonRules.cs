namespace Millrace.Core.Poison;

/// <summary>What deaths lead to, and how much is remembered. Equal on every edge and worker of a fleet.</summary>
public sealed record PoisonRules
{
    /// <summary>
    /// Strikes that quarantine a fingerprint, at least 1. Default 2: images have passed on a retry, so one death proves
    /// nothing, and a third would cost a kernel to learn what two have shown.
    /// </summary>
    public int StrikesToQuarantine { get; init; } = 2;

    /// <summary>
    /// How long a strike counts, by the clock of whoever saw it. Default 24 h: long enough that a pill that is sent
    /// daily costs two kernels a day, short enough that a wrong verdict heals without an operator.
    /// </summary>
    public TimeSpan StrikeLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Losses of workers that successes lift from one fingerprint within <see cref="StrikeLifetime"/>, at least 0;
    /// those beyond count, whatever succeeds. Default 2: an image that takes its worker with it only now and then is
    /// quarantined after four losses, and a harmless one that lost two workers in a day is like any other.
    /// </summary>
    public int AcquittalsMax { get; init; } = 2;

    /// <summary>
    /// Deaths that a tenant may cause within <see cref="TenantWindow"/>, at least 0; one more makes all its work
    /// suspect. Default 5: two pills cost four, so only a stream of different ones goes past it.
    /// </summary>
    public int TenantDeaths { get; init; } = 5;

    /// <summary>
    /// Where <see cref="TenantDeaths"/> are counted, and how long a tenant that went past them must cause no death
    /// until it is trusted again. Default 10 min.
    /// </summary>
    public TimeSpan TenantWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Fingerprints remembered, at least 1; the one struck longest ago is forgotten first. Default 100,000: more than
    /// one death a second for a day, in about 50 MB.
    /// </summary>
    public int FingerprintsMax { get; init; } = 100_000;

    /// <summary>
    /// Tenants remembered with their deaths, at least 1; the one quiet longest is forgotten first. Default 100,000: all
    /// of a region's.
    /// </summary>
    public int TenantsMax { get; init; } = 100_000;

    /// <summary>
    /// Events remembered by their id, so that one told twice counts once, at least 1; the first told is forgotten
    /// first. Default 100,000: a repetition follows within minutes.
    /// </summary>
    public int EventsMax { get; init; } = 100_000;

    /// <summary>
    /// Strikes remembered of one fingerprint, the latest; more are as many to everybody.
    /// </summary>
    public const int StrikesCountedMax = 16;

    /// <summary>After this an event changes no verdict any more.</summary>
    public TimeSpan EventLifetime => StrikeLifetime > TenantWindow ? StrikeLifetime : TenantWindow;
}
