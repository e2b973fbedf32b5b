using Millrace.Core.Poison;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Judging;

/// <summary>
/// A picture that is struck by nothing but losses of workers, no more of them than may be lifted, and is then converted
/// twice in fair weather, is held nothing against in the end. Twice, as the worker may die of another picture before it
/// has told of the first success.
/// </summary>
internal sealed class AcquittalJudge(Judge judge, Timeline line, Weather weather)
{
    private const int SuccessesMin = 2;
    private static readonly TimeSpan Heard = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Case> _cases = [];

    /// <summary>The log has an event more, or one of those it had once more.</summary>
    public void Stored(PoisonEvent happened)
    {
        if (happened is not PoisonEvent.Struck { Strike: var strike }) return;
        var hash = strike.Fingerprint.ContentHash;
        if (!_cases.TryGetValue(hash, out var held)) _cases.Add(hash, held = new Case());
        if (!held.Strikes.TryAdd(strike.Id, strike)) return;
        (held.LastAt, held.Successes) = (line.Now, 0);
    }

    /// <summary>A request was answered with its result.</summary>
    /// <param name="hash">Of its picture.</param>
    /// <param name="sentAt">When it was sent.</param>
    public void Made(string hash, TimeSpan sentAt)
    {
        if (!_cases.TryGetValue(hash, out var held) || !weather.IsSettled || sentAt < held.LastAt + Heard) return;
        held.Successes++;
        held.MadeAt = line.Now;
    }

    /// <summary>All has ended.</summary>
    /// <param name="who">A member of the ledger.</param>
    /// <param name="strikes">How many it counts.</param>
    public void JudgeEnd(string who, Func<Fingerprint, int> strikes)
    {
        foreach (var (hash, held) in _cases)
        {
            if (held.Successes < SuccessesMin || !held.IsLiftable || line.Now < held.MadeAt + Heard) continue;
            foreach (var fingerprint in held.Strikes.Values.Select(strike => strike.Fingerprint).Distinct())
            {
                if (strikes(fingerprint) is var count and > 0)
                    judge.Broken("acquittal", $"{hash[..6]} was lost, then made twice; {who} still counts {count}");
            }
        }
    }

    private sealed class Case
    {
        private static readonly PoisonRules Rules = new();

        public Dictionary<Guid, Strike> Strikes { get; } = [];

        public TimeSpan LastAt { get; set; }

        public TimeSpan MadeAt { get; set; }

        public int Successes { get; set; }

        public bool IsLiftable => Strikes.Count <= Rules.AcquittalsMax
            && Strikes.Values.All(strike => strike is { Cause: DeathCause.Worker, Request: not null });
    }
}
