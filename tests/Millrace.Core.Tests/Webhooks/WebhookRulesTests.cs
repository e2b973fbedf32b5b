using System.Text;
using CsCheck;
using Millrace.Core.Tests.Jobs;
using Millrace.Core.Webhooks;

namespace Millrace.Core.Tests.Webhooks;

public sealed class WebhookRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan OffAfter = TimeSpan.FromDays(5);
    private static readonly WebhookVerdict Failed = WebhookVerdict.NoAnswer;

    [Theory]
    [InlineData(200, WebhookResult.Delivered)]
    [InlineData(204, WebhookResult.Delivered)]
    [InlineData(299, WebhookResult.Delivered)]
    [InlineData(301, WebhookResult.Failed)]
    [InlineData(307, WebhookResult.Failed)]
    [InlineData(400, WebhookResult.Failed)]
    [InlineData(404, WebhookResult.Failed)]
    [InlineData(410, WebhookResult.Gone)]
    [InlineData(429, WebhookResult.Failed)]
    [InlineData(500, WebhookResult.Failed)]
    public void Verdict_OfAStatus_IsAsStandardWebhooksHasIt(int status, WebhookResult result) =>
        Assert.Equal(new WebhookVerdict(result, null), WebhookVerdict.Of(status, null));

    [Theory]
    [InlineData(429, 60, 60)]
    [InlineData(503, 60, 60)]
    [InlineData(503, 90_000, 3600)]
    [InlineData(503, -5, null)]
    [InlineData(500, 60, null)]
    public void Verdict_WithRetryAfter_HearsItWithinBounds(int status, int seconds, int? wait) => Assert.Equal(
        wait, (int?)WebhookVerdict.Of(status, TimeSpan.FromSeconds(seconds)).Wait?.TotalSeconds);

    [Fact]
    public void Retries_WithoutChance_AreTheSchedule()
    {
        var tries = Enumerable.Range(1, WebhookRetries.TriesMax);

        var waits = tries.Select(count => WebhookRetries.After(count, Failed, 0));

        Assert.Equal(
            ["00:00:05", "00:05:00", "00:30:00", "02:00:00", "05:00:00", "10:00:00", "14:00:00", ""],
            waits.Select(wait => wait.ToString()));
    }

    [Fact]
    public void Retries_WhateverTheChance_AreNoEarlierAndAtMostAFifthLater() =>
        Gen.Select(Gen.Int[1, 7], Gen.Double[0, 1]).Sample((tries, chance) =>
        {
            var least = WebhookRetries.After(tries, Failed, 0)!.Value;
            var wait = WebhookRetries.After(tries, Failed, chance)!.Value;
            return wait >= least && wait <= least * 1.2;
        });

    [Fact]
    public void Retries_WhenTheReceiverAsksForMore_WaitThatLong()
    {
        var busy = WebhookVerdict.Of(503, TimeSpan.FromMinutes(2));

        Assert.Equal(TimeSpan.FromMinutes(2), WebhookRetries.After(1, busy, 0));
        Assert.Equal(TimeSpan.FromMinutes(5), WebhookRetries.After(2, busy, 0));
    }

    [Fact]
    public void Endpoint_AfterGone_IsOffUntilASuccess()
    {
        var off = EndpointState.New("u").After(WebhookResult.Gone, Now, OffAfter);

        Assert.False(off.IsOn);
        Assert.False(off.After(WebhookResult.Failed, Now, OffAfter).IsOn);
        Assert.True(off.After(WebhookResult.Delivered, Now, OffAfter).IsOn);
    }

    [Fact]
    public void Endpoint_WhateverHappens_IsOffOnlyAfterGoneOrDaysOfFailure() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 50]).Array[0, 40].Sample(history =>
        {
            var (state, now, failingSince) = (EndpointState.New("u"), Now, (DateTimeOffset?)null);
            var isOff = false;
            foreach (var (kind, hours) in history)
            {
                now += TimeSpan.FromHours(hours);
                var result = (WebhookResult)kind;
                isOff = result != WebhookResult.Delivered && (isOff || result == WebhookResult.Gone
                    || (failingSince is { } since && now - since >= OffAfter));
                failingSince = result == WebhookResult.Delivered ? null : failingSince ?? now;
                state = state.After(result, now, OffAfter);
                if (state.IsOn == isOff) return false;
            }
            return true;
        });

    [Fact]
    public void Circuit_AfterFiveFailures_OpensAndLetsOneProbeThrough()
    {
        var circuit = default(EndpointCircuit);
        for (var i = 0; i < EndpointCircuit.FailuresMax; i++) circuit = circuit.After(false, Now);

        Assert.False(circuit.Enter(Now).May);
        var later = Now + EndpointCircuit.OpenFirst;
        var (may, probing) = circuit.Enter(later);
        Assert.True(may);
        Assert.False(probing.Enter(later).May);
        Assert.Equal(default, probing.After(true, later));
        Assert.Equal(later + (2 * EndpointCircuit.OpenFirst), probing.After(false, later).OpenUntil);
        Assert.True(probing.Abandoned().Enter(later).May);
    }

    [Fact]
    public void Circuit_WhenOthersFailThatBeganBefore_OpensNoLonger()
    {
        var circuit = default(EndpointCircuit);
        for (var i = 0; i < 20; i++) circuit = circuit.After(false, Now);

        Assert.Equal(Now + EndpointCircuit.OpenFirst, circuit.OpenUntil);
    }

    [Fact]
    public void Circuit_WhateverHappens_IsNeverOpenForLongerThanItsBound() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 1_000]).Array[0, 60].Sample(history =>
        {
            var (circuit, now) = (default(EndpointCircuit), Now);
            foreach (var (isDelivered, seconds) in history)
            {
                now += TimeSpan.FromSeconds(seconds);
                (var may, circuit) = circuit.Enter(now);
                if (may) circuit = circuit.After(isDelivered, now);
                if (circuit.OpenUntil - now > EndpointCircuit.OpenMax || circuit.IsProbing) return false;
            }
            return true;
        });

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Secret_OfSoManyBytes_IsReadOrNot(int bytes, bool isSecret) =>
        Assert.Equal(isSecret, WebhookSecret.Read("whsec_" + Convert.ToBase64String(new byte[bytes])) is not null);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_not base64 at all, not at all!")]
    public void Secret_OfAnotherForm_IsNone(string? text) => Assert.Null(WebhookSecret.Read(text));

    [Fact]
    public void Secret_AsText_IsNotTheSecret()
    {
        const string text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

        Assert.DoesNotContain("MfKQ", $"{WebhookSecret.Read(text)}", StringComparison.Ordinal);
        Assert.DoesNotContain("MfKQ",
            new WebhookEndpointSettings { Tenant = "t", Name = "n", Secrets = [text] }.ToString(),
            StringComparison.Ordinal);
    }

    // The example of the Standard Webhooks specification's reference libraries.
    [Fact]
    public void Signature_OfTheSpecificationsExample_IsTheirs()
    {
        var secret = WebhookSecret.Read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;
        var at = DateTimeOffset.FromUnixTimeSeconds(1614265330);

        var one = WebhookSignature.Of([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, """{"test": 2432232314}"""u8);
        var two = WebhookSignature.Of(
            [secret, secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, """{"test": 2432232314}"""u8);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", one);
        Assert.Equal(one + " " + one, two);
    }

    [Fact]
    public void MessageId_OfAJobAndItsEvent_HasNoFullStopAndIsTheirsAlone()
    {
        var id = Guid.Parse("0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11");

        var ids = WebhookEvents.All.Select(told => WebhookEvents.MessageId(id, told)).ToList();

        Assert.Equal("msg_0192d3b06d3f7c55a1f43c9f4f0a7b11_succeeded", ids[0]);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, text => Assert.DoesNotContain('.', text));
        Assert.All(WebhookEvents.All, told => Assert.Equal(told, WebhookEvents.OfType(told.Type())));
    }

    [Fact]
    public void Body_OfAnyJob_IsTheSameEachTimeAndIsJson() =>
        Gen.Select(JobGen.Records, JobGen.Outcomes).Sample((record, outcome) =>
        {
            var body = WebhookBody.Write(record, outcome);
            using var json = System.Text.Json.JsonDocument.Parse(body);
            return body.AsSpan().SequenceEqual(WebhookBody.Write(record, outcome))
                && json.RootElement.GetProperty("type").GetString() == WebhookEvents.Of(outcome).Type()
                && json.RootElement.GetProperty("data").GetProperty("id").GetGuid() == outcome.Id;
        });

    [Fact]
    public void Text_OfWhatIsStored_IsReadAsItWas() =>
        Gen.Select(Gen.Guid, JobGen.Tenant, JobGen.Time, Gen.Bool, Gen.Int[0, 9]).Sample((id, tenant, at, flag, n) =>
        {
            var due = new WebhookDue(tenant, id, at, flag);
            var state = new EndpointState("https://example.com/", flag ? at : null, flag ? null : at, "x");
            var delivery = new WebhookDelivery
            {
                Id = id,
                Tenant = tenant,
                MessageId = "m",
                Type = "job.failed",
                Endpoint = "e",
                State = (DeliveryState)(n % 3),
                BegunAt = at,
                NextAt = flag ? at : null,
                Tries = n,
                Log = [.. Enumerable.Range(0, n).Select(i => new WebhookTry(at, i, flag ? 500 : null, "why"))],
            };
            var read = WebhookText.ReadDelivery(WebhookText.Write(delivery))!;
            Assert.Equal(due, WebhookText.ReadDue(WebhookText.Write(due)));
            Assert.Equal(state, WebhookText.ReadState(WebhookText.Write(state)));
            Assert.Equal(delivery.Log, read.Log);
            Assert.Equal(delivery with { Log = [] }, read with { Log = [] });
            Assert.Equal(at, WebhookKeys.TimeOf(WebhookKeys.Of(due)));
            Assert.Equal(id, WebhookKeys.JobOf(WebhookKeys.Delivery(tenant, id)));
        });

    [Fact]
    public void Text_OfAnythingElse_IsNotReadAndNeverThrows() => Gen.String.Sample(text =>
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return WebhookText.ReadDue(bytes) is null && WebhookText.ReadDelivery(bytes) is null
            && WebhookText.ReadState(bytes) is null;
    });

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"v":1}""")]
    [InlineData("""{"v":2,"value":{"tenant":"t","job":ID,"at":"2026-01-01T00:00:00Z","isReplay":true}}""")]
    [InlineData("""{"v":1,"value":{"job":ID,"at":"2026-01-01T00:00:00Z","isReplay":true}}""")]
    [InlineData("""{"v":1,"value":{"tenant":"t","job":ID,"isReplay":true}}""")]
    [InlineData("""{"v":1,"value":{"tenant":null}}""")]
    public void Text_OfADueThatLacksSomething_IsNotRead(string text) =>
        Assert.Null(WebhookText.ReadDue(Encoding.UTF8.GetBytes(
            text.Replace("ID", "\"0192d3b0-6d3f-7c55-a1f4-3c9f4f0a7b11\"", StringComparison.Ordinal))));

    [Fact]
    public void DueKeys_SortByTime() => Gen.Select(JobGen.Time, JobGen.Time, Gen.Guid, Gen.Guid).Sample((a, b, x, y) =>
    {
        var (first, second) = (WebhookKeys.Of(new("t", x, a, false)), WebhookKeys.Of(new("u", y, b, true)));
        return a == b || a < b == first.CompareTo(second) < 0;
    });

    [Fact]
    public void Log_WhateverItsLength_KeepsTheLatest()
    {
        var delivery = new WebhookDelivery
        {
            Id = Guid.Empty,
            Tenant = "t",
            MessageId = "m",
            Type = "x",
            Endpoint = "e",
            State = DeliveryState.Pending,
            BegunAt = Now,
        };
        for (var i = 0; i < 100; i++) delivery = delivery.With(new WebhookTry(Now, i, 500, ""));

        Assert.Equal(100, delivery.Tries);
        Assert.Equal(WebhookDelivery.LogMax, delivery.Log.Count);
        Assert.Equal(99, delivery.Log[^1].DurationMs);
    }
}
