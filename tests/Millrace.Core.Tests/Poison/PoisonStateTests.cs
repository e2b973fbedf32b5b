using CsCheck;
using Millrace.Core.Poison;
using static Millrace.Core.Tests.Poison.PoisonGen;

namespace Millrace.Core.Tests.Poison;

public sealed class PoisonStateTests
{
    private static readonly PoisonRules Rules = new();
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Theory]
    [InlineData(0, PoisonVerdict.Clear)]
    [InlineData(1, PoisonVerdict.Suspect)]
    [InlineData(2, PoisonVerdict.Quarantined)]
    [InlineData(3, PoisonVerdict.Quarantined)]
    public void Judge_AfterStrikes_IsHarsher(int strikes, PoisonVerdict verdict)
    {
        var state = Fold(Enumerable.Range(0, strikes).Select(id => Strike(id, image: 1, tenant: id, Minute * id)));

        Assert.Equal(verdict, Judge(state, image: 1, tenant: 9, Minute * 5));
        Assert.Equal(PoisonVerdict.Clear, Judge(state, image: 2, tenant: 9, Minute * 5));
    }

    [Fact]
    public void Judge_OfTwoFingerprints_IsTheWorse()
    {
        var state = Fold([Strike(1, 1, 1, Minute), Strike(2, 1, 2, Minute), Strike(3, 2, 3, Minute)]);

        var verdict = state.Judge(image: Image(2), request: Image(1), Tenant(9), Start + Minute);

        Assert.Equal(PoisonVerdict.Quarantined, verdict);
    }

    [Fact]
    public void Judge_WhenAStrikeIsOld_DoesNotCountIt()
    {
        var state = Fold([Strike(1, 1, 1, TimeSpan.Zero), Strike(2, 1, 1, Minute)]);

        Assert.Equal(PoisonVerdict.Quarantined, Judge(state, 1, 9, Day - Minute));
        Assert.Equal(PoisonVerdict.Suspect, Judge(state, 1, 9, Day));
        Assert.Equal(PoisonVerdict.Clear, Judge(state, 1, 9, Day + Minute));
    }

    [Fact]
    public void Judge_WhenATenantSpendsItsBudget_SuspectsAllItsWorkUntilItIsQuiet()
    {
        var deaths = Enumerable.Range(0, 6).Select(id => Strike(id, image: id, tenant: 1, Minute * id)).ToList();

        Assert.Equal(PoisonVerdict.Clear, Judge(Fold(deaths.Take(5)), 99, tenant: 1, Minute * 5));
        Assert.Equal(PoisonVerdict.Suspect, Judge(Fold(deaths), 99, tenant: 1, Minute * 14));
        Assert.Equal(PoisonVerdict.Clear, Judge(Fold(deaths), 99, tenant: 1, Minute * 15));
        Assert.Equal(PoisonVerdict.Clear, Judge(Fold(deaths), 99, tenant: 2, Minute * 5));
    }

    [Fact]
    public void Judge_WhenATenantPastItsBudgetGoesOn_SuspectsItStill()
    {
        var burst = Enumerable.Range(0, 6).Select(id => Strike(id, image: id, tenant: 1, TimeSpan.Zero));
        var slow = Enumerable.Range(1, 20).Select(n => Strike(100 + n, image: 100 + n, tenant: 1, Minute * 9 * n));

        Assert.Equal(PoisonVerdict.Suspect, Judge(Fold([.. burst, .. slow]), 9999, tenant: 1, Minute * 185));
    }

    [Fact]
    public void Judge_WhenDeathsAreApart_LeavesTheTenantItsBudget()
    {
        var deaths = Enumerable.Range(0, 50).Select(id => Strike(id, image: id, tenant: 1, Minute * 3 * id));

        Assert.Equal(PoisonVerdict.Clear, Judge(Fold(deaths), 99, tenant: 1, Minute * 150));
    }

    [Fact]
    public void Apply_WhenTheSameEventComesAgain_CountsItOnce()
    {
        var once = Fold([Strike(1, 1, 1, Minute)]);

        Assert.Same(once, once.Apply(Strike(1, 1, 1, Minute)));
        Assert.True(once.HasApplied(Id(1)));
    }

    [Fact]
    public void Apply_WhenReleased_ForgetsTheStrikesAndNotTheTenantsBudget()
    {
        var deaths = Enumerable.Range(0, 6).Select(id => Strike(id, image: 1, tenant: 1, Minute));
        var state = Fold([.. deaths, Release(100, image: 1, Minute * 2)]);

        Assert.Equal(PoisonVerdict.Clear, Judge(state, 1, tenant: 2, Minute * 3));
        Assert.Equal(PoisonVerdict.Suspect, Judge(state, 1, tenant: 1, Minute * 3));
        Assert.Empty(state.List(Start + Minute * 3));
    }

    [Fact]
    public void Apply_WhenAStrikeFollowsItsRelease_CountsFromAnew()
    {
        var state = Fold(
            [Strike(1, 1, 1, Minute), Strike(2, 1, 1, Minute), Release(100, 1, Minute), Strike(3, 1, 1, Minute)]);

        Assert.Equal(PoisonVerdict.Suspect, Judge(state, 1, 9, Minute * 2));
    }

    [Fact]
    public void Apply_WhenMoreAreStruckThanAreRemembered_ForgetsTheOldest()
    {
        var rules = Rules with { FingerprintsMax = 3, TenantsMax = 2, EventsMax = 4, TenantDeaths = 0 };
        var state = new PoisonState(rules);

        for (var i = 0; i < 5; i++) state = state.Apply(Strike(i, image: i, tenant: i, Minute));

        Assert.Equal([0, 0, 1, 1, 1], Enumerable.Range(0, 5).Select(i => state.StrikesOf(Image(i), Start + Minute)));
        Assert.Equal(
            [PoisonVerdict.Clear, PoisonVerdict.Suspect, PoisonVerdict.Suspect],
            Enumerable.Range(2, 3).Select(i => Judge(state, image: 99, tenant: i, Minute)));
        Assert.False(state.HasApplied(Id(0)));
        Assert.True(state.HasApplied(Id(1)));
    }

    [Fact]
    public void Apply_WhenAFingerprintIsStruckAgain_IsTheLastToBeForgotten()
    {
        var state = new PoisonState(Rules with { FingerprintsMax = 2 });

        foreach (var (id, image) in new[] { (1, 1), (2, 2), (3, 1), (4, 3) })
            state = state.Apply(Strike(id, image, tenant: 1, Minute));

        Assert.Equal([2, 0, 1], Enumerable.Range(1, 3).Select(i => state.StrikesOf(Image(i), Start + Minute)));
    }

    [Fact]
    public void List_OfAllThatCounts_IsLatestFirstWithItsLatestStrike()
    {
        var state = Fold([Strike(1, 1, 1, Minute * 2), Strike(2, 1, 2, Minute), Strike(3, 2, 3, Minute * 3)]);

        var list = state.List(Start + Minute * 4);

        Assert.Equal([Image(2), Image(1)], list.Select(entry => entry.Fingerprint));
        Assert.Equal([(1, false), (2, true)], list.Select(entry => (entry.Strikes, entry.IsQuarantined)));
        Assert.Equal(Tenant(1), list[1].Tenant);
        Assert.Equal(Start + Minute * 2, list[1].LastAt);
        Assert.Equal(Start + Minute * 2 + Day, list[1].ExpiresAt);
    }

    [Fact]
    public void StrikesOf_WhateverTheLog_AreThoseSinceTheReleaseThatCountAndAreNotLifted() =>
        Gen.Select(Logs, Gen.Int[0, 4], Times).Sample((log, image, now) =>
        {
            var told = log.DistinctBy(happened => happened.EventId).ToList();
            var since = told.FindLastIndex(item => item is PoisonEvent.Released && item.Subject == Image(image));
            var living = told.Skip(since + 1).OfType<PoisonEvent.Struck>()
                .Where(struck => struck.Subject == Image(image)).Select(struck => struck.Strike)
                .OrderBy(strike => strike.At).ThenBy(strike => strike.Id).TakeLast(PoisonRules.StrikesCountedMax)
                .Where(strike => strike.At > now - Day).ToList();
            var acquitted = living.Count(strike => strike.Cause == DeathCause.Worker
                && told.OfType<PoisonEvent.Acquitted>().Any(
                    word => word.StrikeId == strike.Id && word.Request == strike.Request));

            var strikes = Fold(log).StrikesOf(Image(image), now);

            Assert.Equal(living.Count - Math.Min(acquitted, Rules.AcquittalsMax), strikes);
        });

    [Fact]
    public void Fold_WhereverItIsCutAndRead_IsEqual() => Gen.Select(Logs, Times).Sample((log, now) =>
    {
        // Another machine has read some events twice, and judges in between, which changes nothing.
        var other = new PoisonState(Rules);
        foreach (var happened in log)
        {
            var read = PoisonText.Read(PoisonText.Write(happened)).Event!;
            other = other.Apply(read);
            other.Judge(Image(0), Image(1), Tenant(0), now);
            other = other.Apply(read);
        }

        AssertEqual(Fold(log), other, now);
    });

    [Fact]
    public void Fold_WithoutWhatNoLongerCounts_JudgesTheSame() => Gen.Select(Logs, Times).Sample((log, now) =>
    {
        // A release stays while it has strikes to undo that count: witnesses' clocks differ.
        var told = Dated(log.DistinctBy(happened => happened.EventId)).ToArray();
        var kept = told.Where((item, i) => item.Time > now - Rules.EventLifetime
            || (item is PoisonEvent.Released && told.Take(i).Any(before =>
                before.Subject == item.Subject && before.Time > now - Rules.EventLifetime)));

        var (all, pruned) = (Fold(told), Fold(kept));

        Assert.Equal(all.List(now), pruned.List(now));
    });

    // As acquittals are made: not before what they lift.
    private static IEnumerable<PoisonEvent> Dated(IEnumerable<PoisonEvent> log)
    {
        var times = log.OfType<PoisonEvent.Struck>().ToDictionary(struck => struck.EventId, struck => struck.Time);
        return log.Select(happened => happened is PoisonEvent.Acquitted word
            && times.TryGetValue(word.StrikeId, out var at) && at > word.At ? word with { At = at } : happened);
    }

    private static void AssertEqual(PoisonState one, PoisonState other, DateTimeOffset now)
    {
        Assert.Equal(one.List(now), other.List(now));
        for (var image = 0; image <= 4; image++)
        {
            for (var tenant = 0; tenant <= 2; tenant++)
            {
                Assert.Equal(
                    one.Judge(Image(image), Image(0), Tenant(tenant), now),
                    other.Judge(Image(image), Image(0), Tenant(tenant), now));
            }
        }
    }

    private static PoisonState Fold(IEnumerable<PoisonEvent> log) =>
        log.Aggregate(new PoisonState(Rules), (state, happened) => state.Apply(happened));

    private static PoisonVerdict Judge(PoisonState state, int image, int tenant, TimeSpan after) =>
        state.Judge(Image(image), Image(image), Tenant(tenant), Start + after);
}
