using CsCheck;
using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class AskBudgetTests
{
    [Fact]
    public void Take_AfterTheBurst_TellsWhenThereIsOneAgain()
    {
        var budget = new AskBudget(places: 1, perSecond: 2, burst: 3, seed: 0);

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(TimeSpan.Zero, budget.Take(1, TimeSpan.Zero)));

        Assert.Equal(TimeSpan.FromSeconds(0.5), budget.Take(1, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(0.5), budget.Left(1, TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, budget.Take(1, TimeSpan.FromSeconds(0.5)));
        Assert.NotEqual(TimeSpan.Zero, budget.Take(1, TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public void Take_OfManyNames_LetsMostOfThemBe()
    {
        var budget = new AskBudget(places: 8192, perSecond: 1, burst: 1, seed: 5);
        for (var i = 0; i < 100; i++) budget.Take(1, TimeSpan.Zero);

        var spent = Enumerable.Range(2, 1_000).Count(name => budget.Left((ulong)name, TimeSpan.Zero) > TimeSpan.Zero);

        Assert.InRange(spent, 0, 3);
    }

    [Fact]
    public void Take_InAnyHistory_GivesNoMoreThanBurstAndRate() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 10], Gen.Int[0, 400].Array[1, 100]).Sample((burst, rate, steps) =>
        {
            var budget = new AskBudget(1, rate, burst, 0);
            var (now, taken) = (0, 0);
            foreach (var step in steps)
            {
                now += step;
                if (budget.Take(0, TimeSpan.FromMilliseconds(now)) == TimeSpan.Zero) taken++;
            }

            Assert.InRange(taken, 1, burst + (int)Math.Ceiling(now / 1000.0 * rate));
        }, iter: 500);
}
