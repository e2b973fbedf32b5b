using System.Net;
using Millrace.Core.Identity;
using Millrace.Edge.Tests.Jobs;
using Millrace.Testing;

namespace Millrace.Edge.Tests.Identity;

public sealed class KeyCallersTests
{
    [Fact]
    public async Task Convert_WithAKey_IsTheKeysTenantAndTellsTheTime()
    {
        await using var server = await KeyServer.StartAsync();

        using var answer = await server.ConvertAsync(KeyServer.Own);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("auth;dur=", answer.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "key-missing")]
    [InlineData("", "key-missing")]
    [InlineData("Bearer", "key-missing")]
    [InlineData("Basic bXI6bXI=", "key-missing")]
    [InlineData("Bearer ", "key-missing")]
    [InlineData("Bearer mr_short", "key-unknown")]
    [InlineData("Bearer {mistyped}", "key-unknown")]
    public async Task Convert_WithoutAKeyThatCanBeOne_IsRefusedWithoutAsking(string? header, string code)
    {
        await using var server = await KeyServer.StartAsync();
        var mistyped = Accounts.KeyText(KeyServer.Own).Replace('k', 'j');

        using var answer = await server.SendAsync(
            HttpMethod.Post, EdgeServer.ConvertPath, header?.Replace("{mistyped}", mistyped, StringComparison.Ordinal),
            Pictures.Body());

        await answer.ProblemAsync(401, code);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(0, server.Feed.Finds);
    }

    [Fact]
    public async Task Look_WithManyKeysOverOneConnection_IsEachTimeItsOwn()
    {
        await using var server = await KeyServer.StartAsync();
        await server.FillAsync();
        int[] keys = [KeyServer.Own, KeyServer.Own, KeyServer.Other, KeyServer.Other, KeyServer.Own, KeyServer.Nobodys];

        using var raw = await RawClient.ConnectAsync(server.Server.Client.BaseAddress!);
        foreach (var key in keys.Select(Accounts.KeyText))
            await raw.SendAsync($"GET /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\r\n");
        var answers = (await raw.ReadToEndAsync()).Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["200", "200", "200", "200", "200", "401"], answers.Select(answer => answer[..3]));
        Assert.Equal(
            [true, true, false, false, true, false],
            answers.Select(answer => answer.Contains(server.Job, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Convert_WithTwoKeys_IsRefused()
    {
        await using var server = await KeyServer.StartAsync();
        var key = "Bearer " + Accounts.KeyText(KeyServer.Own);

        using var raw = await RawClient.ConnectAsync(server.Server.Client.BaseAddress!);
        var header = $"Authorization: {key}\r\n";
        await raw.SendAsync($"GET /v1/jobs HTTP/1.1\r\nHost: a\r\n{header}{header}\r\n");
        var answer = await raw.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_AsManagementChangesThings_SeesThem()
    {
        await using var server = await KeyServer.StartAsync();
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.OK);

        server.Feed.Put(Accounts.Tenant(KeyServer.Tenant, TenantState.Suspended));
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.Forbidden);
        server.Feed.Put(Accounts.Tenant(KeyServer.Tenant));
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.OK);
        server.Feed.Put(Accounts.Key(KeyServer.Own, KeyServer.Tenant) with { IsRemoved = true });
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Convert_WithAKeyThatIsTooNew_AsksAndWaitsForNothing()
    {
        await using var server = await KeyServer.StartAsync();
        server.Feed.TellsChanges = false;
        server.Feed.Put(Accounts.Key(50, "tenant-b"));

        using var answer = await server.ConvertAsync(50);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, server.Feed.Finds);
    }

    [Fact]
    public async Task Convert_WithAnUnknownKeyWhileManagementIsAway_IsUnknownAndOthersAreServed()
    {
        await using var server = await KeyServer.StartAsync();
        server.Feed.IsDown = true;

        using var unknown = await server.ConvertAsync(KeyServer.Nobodys);
        using var known = await server.ConvertAsync(KeyServer.Own);

        await unknown.ProblemAsync(401, "key-unknown");
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    [Fact]
    public async Task Convert_AfterTooManyWrongKeys_IsSlowedButNotForKnownOnes()
    {
        await using var server = await KeyServer.StartAsync(
            ("Edge:Keys:WrongAtOnce", "3"), ("Edge:Keys:WrongPerMinute", "1"));
        for (var key = 100; key < 103; key++)
        {
            using var wrong = await server.ConvertAsync(key);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }
        var asked = server.Feed.Finds;

        using var slowed = await server.ConvertAsync(200);
        using var known = await server.ConvertAsync(KeyServer.Own);

        await slowed.ProblemAsync(429, "too-many-wrong-keys");
        Assert.InRange(slowed.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.True(slowed.Headers.ConnectionClose);
        Assert.Equal(asked, server.Feed.Finds);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }

    [Fact]
    public async Task Start_WithoutAnyTable_IsNotReadyAndServesNobodyUntilThereIsOne()
    {
        var feed = KeyServer.Filled();
        feed.IsDown = true;
        await using var server = await KeyServer.StartAsync(feed);

        using var ready = await server.SendAsync(HttpMethod.Get, "/health/ready", null);
        using var answer = await server.ConvertAsync(KeyServer.Own);

        await ready.ProblemAsync(503, "identity-unavailable");
        await answer.ProblemAsync(503, "identity-unavailable");
        feed.IsDown = false;
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.OK);
        using var later = await server.SendAsync(HttpMethod.Get, "/health/ready", null);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task Convert_WhenWhatIsKnownIsTooOld_FailsClosed()
    {
        await using var server = await KeyServer.StartAsync(
            ("Identity:MaxStaleness", "00:00:01"), ("Identity:Wait", "00:00:00.100"));
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.OK);

        server.Feed.IsDown = true;
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.ServiceUnavailable);

        server.Feed.IsDown = false;
        await server.UntilAsync(KeyServer.Own, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Convert_WhenTheKeysTimeIsOver_IsUnknown()
    {
        await using var server = await KeyServer.StartAsync();
        var end = server.Server.Parts.Time.GetUtcNow().AddHours(1);
        server.Feed.Put(Accounts.Key(60, "tenant-b") with { ExpiresAt = end });
        await server.UntilAsync(60, HttpStatusCode.OK);

        server.Server.Parts.Time.Shift(TimeSpan.FromHours(1));

        using var answer = await server.ConvertAsync(60);
        await answer.ProblemAsync(401, "key-unknown");
    }

    [Fact]
    public async Task Document_OfAnEdgeWithKeys_DemandsOne()
    {
        await using var server = await KeyServer.StartAsync();

        using var answer = await server.SendAsync(HttpMethod.Get, "/openapi/v1.json", null);

        var document = await answer.JsonAsync();
        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key");
        Assert.Equal("bearer", scheme.GetProperty("scheme").GetString());
        Assert.True(document.GetProperty("security")[0].TryGetProperty("key", out _));
    }

    [Fact]
    public async Task Service_Always_TellsTheAgeAndNothingOfTenants()
    {
        await using var server = await KeyServer.StartAsync(("Identity:MaxStaleness", "02:00:00"));

        using var answer = await server.SendAsync(HttpMethod.Get, "/v1/service", null);

        var identity = (await answer.JsonAsync()).GetProperty("identity");
        Assert.Equal("fresh", identity.GetProperty("state").GetString());
        Assert.InRange(identity.GetProperty("ageSeconds").GetDouble(), 0, 60);
        Assert.Equal(7200, identity.GetProperty("maxStalenessSeconds").GetDouble());
        Assert.DoesNotContain("tenant-", await answer.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_WhateverIsAnswered_StandInNoLogAndNoAnswer()
    {
        await using var server = await KeyServer.StartAsync();
        int[] keys = [KeyServer.Own, KeyServer.Nobodys, KeyServer.Revoked, KeyServer.OfSuspended];

        foreach (var key in keys)
        {
            using var answer = await server.ConvertAsync(key);
            var heard = answer + await answer.TextAsync();
            Assert.DoesNotContain(Accounts.KeyText(key), heard, StringComparison.Ordinal);
            Assert.DoesNotContain(Accounts.Hash(key).ToString(), heard, StringComparison.Ordinal);
        }

        foreach (var key in keys)
        {
            Assert.DoesNotContain(server.Server.Log.All, line =>
                line.Text.Contains(Accounts.KeyText(key)[3..], StringComparison.Ordinal));
        }
    }
}
