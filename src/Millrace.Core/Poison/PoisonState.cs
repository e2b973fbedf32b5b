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
        Events = new(rules.EventsMax);
    }

    private PoisonState(PoisonState before)
    {
        _rules = before._rules;
        Fingerprints = before.Fingerprints;
        Tenants = before.Tenants;
        Events = before.Events;
    }

    private RecentMap<Fingerprint, StrikesHeld> Fingerprints { get; init; }

    private RecentMap<string, DeathsHeld> Tenants { get; init; }

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

    /// <summary>
    /// Strikes that count against a fingerprint, at most <see cref="PoisonRules.StrikesCountedMax"/>.
    /// </summary>
    public int StrikesOf(Fingerprint fingerprint, DateTimeOffset now) =>
        Fingerprints.TryGet(fingerprint, out var held) ? held.Count(now - _rules.StrikeLifetime) : 0;

    /// <summary>Every fingerprint with strikes that count, latest first.</summary>
    public IReadOnlyList<PoisonEntry> List(DateTimeOffset now) =>
        [.. Fingerprints.Values.Where(held => held.Count(now - _rules.StrikeLifetime) > 0)
            .Select(held => Entry(held, now))
            .OrderByDescending(entry => entry.LastAt)
            .ThenBy(entry => entry.Fingerprint.Text, StringComparer.Ordinal)];

    private PoisonState Strike(Strike strike)
    {
        Fingerprints.TryGet(strike.Fingerprint, out var strikes);
        Tenants.TryGet(strike.Tenant, out var deaths);
        return new PoisonState(this)
        {
            Fingerprints = Fingerprints.Set(strike.Fingerprint, StrikesHeld.After(strikes, strike)),
            Tenants = Tenants.Set(strike.Tenant, DeathsHeld.After(deaths, strike.At, _rules)),
            Events = Events.Set(strike.Id, true),
        };
    }

    private bool IsPastBudget(string tenant, DateTimeOffset now) =>
        Tenants.TryGet(tenant, out var deaths) && deaths.IsPast && now - deaths.Last < _rules.TenantWindow;

    private PoisonEntry Entry(StrikesHeld held, DateTimeOffset now)
    {
        var count = held.Count(now - _rules.StrikeLifetime);
        var latest = held.Latest;
        return new(
            latest.Fingerprint, count, count >= _rules.StrikesToQuarantine, latest.Tenant, latest.Cause, latest.Witness,
            latest.At, latest.At + _rules.StrikeLifetime);
    }

    // Times travel in milliseconds; who struck must judge as those who read of it.
    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>A fingerprint's strikes: their times in order, and the latest.</summary>
    private sealed record StrikesHeld(ImmutableArray<DateTimeOffset> Times, Strike Latest)
    {
        public int Count(DateTimeOffset after) => Times.Count(time => time > after);

        public static StrikesHeld After(StrikesHeld? before, Strike strike) => before is null
            ? new([strike.At], strike)
            : new(
                [.. before.Times.Add(strike.At).Order().TakeLast(PoisonRules.StrikesCountedMax)],
                strike.At >= before.Latest.At ? strike : before.Latest);
    }

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
