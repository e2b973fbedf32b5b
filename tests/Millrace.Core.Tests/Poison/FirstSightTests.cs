using System.Globalization;
using CsCheck;
using Millrace.Core.Poison;

namespace Millrace.Core.Tests.Poison;

public sealed class FirstSightTests
{
    private static readonly string Pill = Hash(1);

    [Fact]
    public void Arrive_WithAnUnseenImage_LetsOneOutAndItsEqualsWait()
    {
        var gate = new FirstSight(100, 10);

        Assert.Equal(FirstSightAnswer.First, gate.Arrive(Pill, Id(1)));
        Assert.Equal(FirstSightAnswer.Wait, gate.Arrive(Pill, Id(2)));
        Assert.Equal(FirstSightAnswer.First, gate.Arrive(Hash(2), Id(3)));
    }

    [Fact]
    public void Ended_WithoutHarm_FreesAllAndWhoComesAfter()
    {
        var gate = Waiting(3);

        Assert.Equal([Id(2), Id(3)], gate.Ended(Pill, FirstSightEnd.Harmless));
        Assert.Equal(FirstSightAnswer.Free, gate.Arrive(Pill, Id(9)));
        Assert.Equal(0, gate.Waiting);
    }

    [Theory]
    [InlineData(FirstSightEnd.Death)]
    [InlineData(FirstSightEnd.Unknown)]
    public void Ended_WithADeathOrNothing_MakesOneTheNextFirst(FirstSightEnd end)
    {
        var gate = Waiting(3);

        Assert.Equal([Id(2)], gate.Ended(Pill, end));
        Assert.Equal([Id(3)], gate.Ended(Pill, end));
        Assert.Empty(gate.Ended(Pill, end));
        Assert.Equal(FirstSightAnswer.First, gate.Arrive(Pill, Id(9)));
    }

    [Fact]
    public void Arrive_WhenTooManyWait_IsFull()
    {
        var gate = new FirstSight(100, 1);
        gate.Arrive(Pill, Id(1));
        gate.Arrive(Pill, Id(2));

        Assert.Equal(FirstSightAnswer.Full, gate.Arrive(Pill, Id(3)));
    }

    [Fact]
    public void Leave_WhoWaits_IsNeverReleased()
    {
        var gate = Waiting(3);

        Assert.True(gate.Leave(Pill, Id(2)));
        Assert.False(gate.Leave(Pill, Id(2)));
        Assert.Equal([Id(3)], gate.Ended(Pill, FirstSightEnd.Death));
    }

    [Fact]
    public void Died_OfWhatWasHarmless_ClosesTheGateAgain()
    {
        var gate = Waiting(1);
        gate.Ended(Pill, FirstSightEnd.Harmless);

        gate.Died(Pill);

        Assert.Equal(FirstSightAnswer.First, gate.Arrive(Pill, Id(9)));
    }

    [Fact]
    public void Memory_WhateverComes_IsBoundedAndKeepsWhatIsAskedFor()
    {
        var memory = new FirstSightMemory(100);
        memory.Add(Hash(0));
        for (var i = 1; i < 1000; i++)
        {
            memory.Add(Hash(i));
            Assert.True(memory.Contains(Hash(0)));
            Assert.InRange(memory.Count, 1, 100);
        }
        Assert.False(memory.Contains(Hash(500)));
    }

    [Fact]
    public void Any_History_HasOneFirstAnImageAndForgetsNobody() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Enum<FirstSightEnd>()).Array[0, 200].Sample(events =>
        {
            var gate = new FirstSight(4, 1000);
            var firsts = new Dictionary<string, Guid>();
            var waiting = new HashSet<Guid>();
            var next = 0;
            foreach (var (kind, image, end) in events)
            {
                var hash = Hash(image);
                if (kind == 0)
                {
                    var id = Id(++next);
                    var answer = gate.Arrive(hash, id);
                    if (answer == FirstSightAnswer.First) firsts.Add(hash, id);
                    if (answer == FirstSightAnswer.Wait) waiting.Add(id);
                    if (answer == FirstSightAnswer.Wait) Assert.Contains(hash, firsts.Keys);
                }
                else if (firsts.Remove(hash))
                {
                    var released = gate.Ended(hash, end);
                    Assert.All(released, id => Assert.True(waiting.Remove(id)));
                    if (end != FirstSightEnd.Harmless && released is [var heir]) firsts.Add(hash, heir);
                }
                Assert.Equal(waiting.Count, gate.Waiting);
            }
        });

    private static FirstSight Waiting(int requests)
    {
        var gate = new FirstSight(100, 10);
        for (var i = 1; i <= requests; i++) gate.Arrive(Pill, Id(i));
        return gate;
    }

    private static string Hash(int number) =>
        number.ToString("x", CultureInfo.InvariantCulture).PadLeft(32, '0').PadRight(64, 'f');

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
