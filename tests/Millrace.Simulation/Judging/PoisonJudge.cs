using Millrace.Core.Poison;
using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Judging;

/// <summary>
/// Counts what images have killed. In fair weather, where the fleet hears of each death, a pill kills two kernels when
/// its copies come in turn, and one an edge and one more when they come at once; one more for each second copy, as of a
/// pill that holds its kernel for long. One that lets its worker live now and then kills as many more as successes may
/// lift. In any weather a worker counts its own: so many as it has kernels, and one more.
/// </summary>
internal sealed class PoisonJudge(Judge judge, Timeline line, Weather weather, int edges, int kernels)
{
    private static readonly PoisonRules Rules = new();

    private readonly Dictionary<string, Pill> _pills = [];

    /// <summary>
    /// A kernel gets a second copy, which may die beside the first: a hedge, or a ticket that the broker handed once
    /// more to the worker that had it, whose claim ends with the result of either.
    /// </summary>
    public void Doubled(string hash) => Find(hash).Doubles++;

    /// <summary>A kernel died of an image, or the worker with it.</summary>
    /// <param name="hash">Which.</param>
    /// <param name="worker">This start of the worker.</param>
    /// <param name="inTurn">Whether its copies come one after another.</param>
    /// <param name="byTurns">Whether it lets every second worker live.</param>
    public void Killed(string hash, SimProcess worker, bool inTurn, bool byTurns)
    {
        var pill = Find(hash);
        pill.Deaths++;
        var here = pill.Here[worker] = pill.Here.GetValueOrDefault(worker) + 1;
        worker.Say($"{hash[..6]} kills a kernel, the {pill.Deaths}.");
        var lifted = byTurns ? Rules.AcquittalsMax : 0;
        var most = (inTurn ? Rules.StrikesToQuarantine : edges + 1) + lifted + pill.Doubles;
        if (pill.IsHeardOf && pill.Deaths > most) Broken(hash, $"killed {pill.Deaths}, at most {most} may be");
        if (here > kernels + 1) Broken(hash, $"killed {here} of one worker, at most {kernels + 1} may be");
    }

    private Pill Find(string hash)
    {
        if (!_pills.TryGetValue(hash, out var pill)) _pills.Add(hash, pill = new Pill(weather.IsSettled));
        return pill;
    }

    private void Broken(string hash, string what) => judge.Broken("poison", $"{hash[..6]} {what} ({line.Now})");

    private sealed class Pill(bool isHeardOf)
    {
        public bool IsHeardOf => isHeardOf;

        public int Deaths { get; set; }

        public int Doubles { get; set; }

        public Dictionary<SimProcess, int> Here { get; } = [];
    }
}
