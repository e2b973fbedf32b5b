using System.Collections.Immutable;

namespace Millrace.Core.Poison;

/// <summary>
/// What the log of deaths comes to, folded event by event. Immutable, so any thread may judge while another applies.
/// Nothing but events and the times given changes it: whoever applies the same log judges the same.
/// </summary>
public sealed class PoisonState
{
    private readonly PoisonRules _rules;

    /// <summary>Nothing has died.</summary>
    public PoisonState(PoisonRules rules)
    {
        _rules = rules;
        Fingerprints = new(rules.FingerprintsMax);
        Tenants = new(rules.TenantsMax);
        Acquittals = new(rules.EventsMax);
        Events = new(rules.EventsMax);
    }

    private PoisonState(PoisonState before)
    {
        _rules = before._rules;
        Fingerprints = before.Fingerprints;
        Tenants = before.Tenants;
        Acquittals = before.Acquittals;
        Events = before.Events;
    }

    /// <summary>Each one's latest strikes by time and id: equal in whatever order they came.</summary>
    private RecentMap<Fingerprint, ImmutableArray<Strike>> Fingerprints { get; init; }

    private RecentMap<string, DeathsHeld> Tenants { get; init; }

    // Apart from the strikes, which may come after them.
    private RecentMap<(Guid StrikeId, Fingerprint Request), bool> Acquittals { get; init; }

    private RecentMap<Guid, bool> Events { get; init; }

    /// <summary>Whether an event with this id has been applied, as far as is remembered.</summary>
    public bool HasApplied(Guid eventId) => Events.Has(eventId);

    /// <summary>The next state; this one when the event was applied before.</summary>
    public PoisonState Apply(PoisonEvent happened)
    {
        if (HasApplied(happened.EventId)) return this;
        return happened switch
        {
            PoisonEvent.Struck struck => Strike(struck.Strike with { At = ToMilliseconds(struck.Strike.At) }),
            PoisonEvent.Acquitted acquitted => new PoisonState(this)
            {
                Acquittals = Acquittals.Set((acquitted.StrikeId, acquitted.Request), true),
                Events = Events.Set(acquitted.EventId, true),
            },
            _ => new PoisonState(this)
            {
                Fingerprints = Fingerprints.Without(happened.Subject),
                Events = Events.Set(happened.EventId, true),
            },
        };
    }

    /// <summary>How an image may be worked on: the worst that its fingerprints and its tenant's deaths say.</summary>
    /// <param name="image"><see cref="Fingerprint.OfImage"/>.</param>
    /// <param name="request"><see cref="Fingerprint.OfRequest"/>.</param>
    /// <param name="tenant">Whose image it is; its budget makes it suspect at most.</param>
    /// <param name="now">Strikes older than their lifetime do not count; those dated ahead of it do.</param>
    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant, DateTimeOffset now)
    {
        var strikes = Math.Max(StrikesOf(image, now), StrikesOf(request, now));
        if (strikes >= _rules.StrikesToQuarantine) return PoisonVerdict.Quarantined;
        return strikes > 0 || IsPastBudget(tenant, now) ? PoisonVerdict.Suspect : PoisonVerdict.Clear;
    }

    /// <summary>What is held against what an event is about, and against the tenant of a strike.</summary>
    public PoisonVerdict JudgeSubject(PoisonEvent happened, DateTimeOffset now) => Judge(
        happened.Subject, happened.Subject, happened is PoisonEvent.Struck struck ? struck.Strike.Tenant : "", now);

    /// <summary>
    /// Strikes that count against a fingerprint, at most <see cref="PoisonRules.StrikesCountedMax"/>.
    /// </summary>
    public int StrikesOf(Fingerprint fingerprint, DateTimeOffset now) =>
        Fingerprints.Has(fingerprint) ? Counting(fingerprint, now).Count() : 0;

    /// <summary>
    /// The strikes that a success of this request, alone, would disprove; none when as many are lifted as may be.
    /// </summary>
    /// <param name="image">What they count against.</param>
    /// <param name="request"><see cref="Fingerprint.OfRequest"/>.</param>
    /// <param name="now">Strikes older than their lifetime do not count.</param>
    public IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request, DateTimeOffset now) =>
        Living(image, now).Count(IsAcquitted) >= _rules.AcquittalsMax
            ? []
            : [.. Living(image, now).Where(strike => IsLossOf(strike, request) && !IsAcquitted(strike))];

    /// <summary>Every fingerprint with strikes that count, latest first.</summary>
    public IReadOnlyList<PoisonEntry> List(DateTimeOffset now) =>
        [.. Fingerprints.Keys.Select(fingerprint => Counting(fingerprint, now).ToList())
            .Where(strikes => strikes.Count > 0)
            .Select(Entry)
            .OrderByDescending(entry => entry.LastAt)
            .ThenBy(entry => entry.Fingerprint.Text, StringComparer.Ordinal)];

    // The earliest of those acquitted are lifted, as many as may be: a matter of which there are, not of their order.
    private IEnumerable<Strike> Counting(Fingerprint fingerprint, DateTimeOffset now)
    {
        var left = _rules.AcquittalsMax;
        foreach (var strike in Living(fingerprint, now))
        {
            if (left > 0 && IsAcquitted(strike)) left--;
            else yield return strike;
        }
    }

    private IEnumerable<Strike> Living(Fingerprint fingerprint, DateTimeOffset now) =>
        Fingerprints.TryGet(fingerprint, out var strikes)
            ? strikes.Where(strike => strike.At > now - _rules.StrikeLifetime)
            : [];

    private bool IsAcquitted(Strike strike) =>
        strike.Request is { } request && IsLossOf(strike, request) && Acquittals.Has((strike.Id, request));

    // A kernel's own death is no loss, whatever request it names.
    private static bool IsLossOf(Strike strike, Fingerprint request) =>
        strike.Cause == DeathCause.Worker && strike.Request == request;

    private PoisonState Strike(Strike strike)
    {
        var held = Fingerprints.TryGet(strike.Fingerprint, out var strikes) ? strikes : [];
        Tenants.TryGet(strike.Tenant, out var deaths);
        return new PoisonState(this)
        {
            Fingerprints = Fingerprints.Set(strike.Fingerprint, Latest(held.Add(strike))),
            Tenants = Tenants.Set(strike.Tenant, DeathsHeld.After(deaths, strike.At, _rules)),
            Events = Events.Set(strike.Id, true),
        };
    }

    private bool IsPastBudget(string tenant, DateTimeOffset now) =>
        Tenants.TryGet(tenant, out var deaths) && deaths.IsPast && now - deaths.Last < _rules.TenantWindow;

    private static ImmutableArray<Strike> Latest(ImmutableArray<Strike> strikes) =>
        [.. strikes.OrderBy(strike => strike.At).ThenBy(strike => strike.Id).TakeLast(PoisonRules.StrikesCountedMax)];

    private PoisonEntry Entry(List<Strike> counting)
    {
        var latest = counting[^1];
        return new(
            latest.Fingerprint, counting.Count, counting.Count >= _rules.StrikesToQuarantine, latest.Tenant,
            latest.Cause, latest.Witness, latest.At, latest.At + _rules.StrikeLifetime);
    }

    // Times travel in milliseconds; who struck must judge as those who read of it.
    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>A tenant's deaths: as many of the last times as its budget needs, in order.</summary>
    private sealed record DeathsHeld(ImmutableArray<DateTimeOffset> Times, bool IsPast)
    {
        public DateTimeOffset Last => Times[^1];

        public static DeathsHeld After(DeathsHeld? before, DateTimeOffset at, PoisonRules rules)
        {
            var isFirst = before is null || at - before.Last >= rules.TenantWindow;
            ImmutableArray<DateTimeOffset> times =
                isFirst ? [at] : [.. before!.Times.Add(at).Order().TakeLast(rules.TenantDeaths + 1)];
            var isFull = times.Length > rules.TenantDeaths && times[^1] - times[0] < rules.TenantWindow;
            return new(times, isFull || (!isFirst && before!.IsPast));
        }
    }
}
