using Millrace.Simulation.Clockwork;

namespace Millrace.Simulation.Judging;

/// <summary>Hears of what breaks a promise; the first is kept, as what follows may follow from it.</summary>
internal sealed class Judge(Timeline line)
{
    /// <summary>What was broken first; null: nothing.</summary>
    public Violation? First { get; private set; }

    /// <summary>A promise is broken.</summary>
    /// <param name="promise">Which, a word.</param>
    /// <param name="what">What happened.</param>
    public void Broken(string promise, string what)
    {
        if (First is not null) return;
        First = new Violation(promise, what, line.Now);
        line.Trace?.Say(line.Now, "JUDGE", $"BROKEN {promise}: {what}");
    }

    /// <summary>Code threw what no code expects.</summary>
    public void Bug(string process, Exception exception) => Broken("bug", $"{process}: {exception}");
}

/// <summary>A broken promise.</summary>
/// <param name="Promise">A word.</param>
/// <param name="What">What happened.</param>
/// <param name="At">Virtual time.</param>
internal sealed record Violation(string Promise, string What, TimeSpan At);
