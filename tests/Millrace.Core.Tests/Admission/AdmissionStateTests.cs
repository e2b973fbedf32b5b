using CsCheck;
using Millrace.Core.Admission;

namespace Millrace.Core.Tests.Admission;

public sealed class AdmissionStateTests
{
    private static readonly AdmissionLimits Limits = new(RequestsMax: 8, BytesMax: 1_000, Lanes: 2);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    private enum EventKind
    {
        Arrive,
        Grow,
        Finish,
    }

    private sealed record Event(EventKind Kind, int AfterMs, int Bytes, int Pick, int ConvertedMs);

    private static readonly Gen<Event[]> Histories = Gen.Select(
        Gen.Enum<EventKind>(), Gen.Int[0, 3_000], Gen.Int[1, 600], Gen.Int[0, 7], Gen.Int[0, 5_000],
        (kind, after, bytes, pick, converted) => new Event(kind, after, bytes, pick, converted)).Array[0, 200];

    [Fact]
    public void AnyHistory_Always_StaysWithinTheLimitsAndBalances() => Histories.Sample(history =>
    {
        var state = default(AdmissionState);
        var now = TimeSpan.Zero;
        var grants = new List<long>();
        foreach (var e in history)
        {
            now += TimeSpan.FromMilliseconds(e.AfterMs);
            state = Apply(state, e, now, grants);

            Assert.Equal(grants.Count, state.InFlight);
            Assert.Equal(grants.Sum(), state.BytesHeld);
            Assert.InRange(state.InFlight, 0, Limits.RequestsMax);
            Assert.InRange(state.BytesHeld, 0, Limits.BytesMax);
            Assert.InRange(state.MeanConversion, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
        while (grants.Count > 0) state = Finish(state, grants, 0, now, TimeSpan.Zero);
        Assert.Equal(AdmissionVerdict.Admitted, state.Arrive(Limits, now, Limits.BytesMax, TimeSpan.Zero).Verdict);
    });

    [Fact]
    public void Arrive_WhenRequestsAreFull_Refuses()
    {
        var state = Filled(Limits.RequestsMax, bytes: 1);

        var step = state.Arrive(Limits, TimeSpan.Zero, 1, Patient);

        Assert.Equal(AdmissionVerdict.RequestsFull, step.Verdict);
        Assert.Equal(state, step.State);
    }

    [Fact]
    public void Arrive_WhenBytesAreFull_RefusesWhatDoesNotFit()
    {
        var state = Filled(1, bytes: 600);

        Assert.Equal(AdmissionVerdict.BytesFull, state.Arrive(Limits, TimeSpan.Zero, 401, Patient).Verdict);
        Assert.Equal(AdmissionVerdict.Admitted, state.Arrive(Limits, TimeSpan.Zero, 400, Patient).Verdict);
        Assert.Equal(AdmissionVerdict.BytesFull, state.Grow(Limits, TimeSpan.Zero, 401).Verdict);
        Assert.Equal(AdmissionVerdict.Admitted, state.Grow(Limits, TimeSpan.Zero, 400).Verdict);
    }

    [Fact]
    public void Arrive_WhenThoseBeforeTakeLongerThanItsDeadline_Refuses()
    {
        var taught = Filled(1, 1).Finish(TimeSpan.Zero, 1, TimeSpan.FromSeconds(10));
        var state = taught;
        for (var i = 0; i < 4; i++) state = state.Arrive(Limits, TimeSpan.Zero, 1, Patient).State;

        Assert.Equal(TimeSpan.FromSeconds(20), state.ExpectedWait(Limits));
        Assert.Equal(AdmissionVerdict.WaitTooLong,
            state.Arrive(Limits, TimeSpan.Zero, 1, TimeSpan.FromSeconds(19)).Verdict);
        Assert.Equal(AdmissionVerdict.Admitted,
            state.Arrive(Limits, TimeSpan.Zero, 1, TimeSpan.FromSeconds(20)).Verdict);
    }

    [Fact]
    public void RetryAfter_Always_IsTheBacklogOverTheRecentRateWithinBounds()
    {
        var steady = Filled(8, 1);
        var now = TimeSpan.Zero;
        for (var i = 0; i < 200; i++)
        {
            now += TimeSpan.FromMilliseconds(500);
            steady = steady.Finish(now, 1, TimeSpan.Zero).Arrive(Limits, now, 1, Patient).State;
        }

        // 8 in flight, 2 a second.
        Assert.InRange(steady.RetryAfter(now), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
        Assert.Equal(AdmissionState.RetryAfterMax, steady.RetryAfter(now + TimeSpan.FromMinutes(5)));
        Assert.Equal(AdmissionState.RetryAfterMin, default(AdmissionState).RetryAfter(now));
    }

    [Fact]
    public void Finish_WhenNoKernelWasReached_TeachesNothing()
    {
        var taught = Filled(2, 1).Finish(TimeSpan.Zero, 1, TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), taught.Finish(TimeSpan.Zero, 1, TimeSpan.Zero).MeanConversion);
    }

    private static AdmissionState Filled(int requests, long bytes)
    {
        var state = default(AdmissionState);
        for (var i = 0; i < requests; i++) state = state.Arrive(Limits, TimeSpan.Zero, bytes, Patient).State;
        return state;
    }

    private static AdmissionState Apply(AdmissionState state, Event e, TimeSpan now, List<long> grants)
    {
        switch (e.Kind)
        {
            case EventKind.Arrive:
                var arrival = state.Arrive(Limits, now, e.Bytes, Patient);
                CheckRetryAfter(arrival);
                if (arrival.Verdict == AdmissionVerdict.Admitted) grants.Add(e.Bytes);
                return arrival.State;
            case EventKind.Grow when grants.Count > 0:
                var growth = state.Grow(Limits, now, e.Bytes);
                CheckRetryAfter(growth);
                if (growth.Verdict == AdmissionVerdict.Admitted) grants[e.Pick % grants.Count] += e.Bytes;
                return growth.State;
            case EventKind.Finish when grants.Count > 0:
                return Finish(state, grants, e.Pick % grants.Count, now, TimeSpan.FromMilliseconds(e.ConvertedMs));
            default:
                return state;
        }
    }

    private static AdmissionState Finish(
        AdmissionState state, List<long> grants, int which, TimeSpan now, TimeSpan converted)
    {
        var bytes = grants[which];
        grants.RemoveAt(which);
        return state.Finish(now, bytes, converted);
    }

    private static void CheckRetryAfter(AdmissionStep step)
    {
        if (step.Verdict == AdmissionVerdict.Admitted)
        {
            Assert.Equal(TimeSpan.Zero, step.RetryAfter);
            return;
        }
        Assert.InRange(step.RetryAfter, AdmissionState.RetryAfterMin, AdmissionState.RetryAfterMax);
        Assert.Equal(0, step.RetryAfter.TotalSeconds % 1);
    }
}
