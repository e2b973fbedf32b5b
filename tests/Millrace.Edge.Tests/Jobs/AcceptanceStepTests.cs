using System.Net;
using Millrace.Core.Jobs;
using Millrace.Core.Tickets;
using Millrace.Edge.Jobs;

namespace Millrace.Edge.Tests.Jobs;

/// <summary>The edge's store fails at each step of an acceptance in turn, in each way.</summary>
public sealed class AcceptanceStepTests
{
    private const int StepsMax = 20;
    private static readonly (string, string) Key = ("Idempotency-Key", "\"k\"");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    public async Task Post_WhateverStepFails_IsAcceptedOnlyWhenItWillBeDone(bool happens, bool lasts, bool isKeyed)
    {
        var steps = 0;
        for (var step = 1; step <= StepsMax; step++)
        {
            var parts = new JobServerParts();
            await using var server = await JobServer.StartAsync(parts);
            parts.Store.Failure = new(step, happens, lasts);

            var response = await server.SubmitAsync(headers: isKeyed ? [Key] : []);
            var taken = parts.Store.Steps >= step;
            parts.Store.Heal();

            await CheckAsync(server, response, await TicketAsync(server), step);
            if (isKeyed) await CheckRetryAsync(server, response);
            await CheckSweptAsync(server);
            if (!taken) break;
            steps++;
        }
        Assert.InRange(steps, isKeyed ? 4 : 2, StepsMax - 1);
    }

    // Accepted: ticket, record and source are there, and nobody has cancelled it. Not: if a worker gets its ticket all
    // the same, it finds a whole job, or none.
    private static async Task CheckAsync(JobServer server, HttpResponseMessage response, Ticket? ticket, int step)
    {
        var isAccepted = response.StatusCode == HttpStatusCode.Accepted;
        Assert.Equal(isAccepted ? HttpStatusCode.Accepted : HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(!isAccepted || ticket is not null, $"Accepted without a ticket at step {step}.");
        if (ticket is not null) await CheckAsync(server, isAccepted, ticket, step);
    }

    private static async Task CheckAsync(JobServer server, bool isAccepted, Ticket ticket, int step)
    {
        var record = await server.Objects.RecordAsync(ticket.Tenant, ticket.Id, Cancel);
        var claim = await server.ClaimAsync(ticket);
        var isWhole = record is not null && server.Store.Bytes(record.Source.Key) is not null;
        if (isAccepted) Assert.True(isWhole && claim.By == JobClaimant.Worker, $"Accepted and not whole, step {step}.");
        else Assert.True(record is null || isWhole || claim.By == JobClaimant.Caller, $"Half a job, step {step}.");
        if (isWhole && claim.By == JobClaimant.Worker) await server.EndAsync(ticket);
    }

    private static async Task CheckRetryAsync(JobServer server, HttpResponseMessage first)
    {
        server.Parts.Time.Shift(IdempotencyEntry.TakeOverAfter);
        var again = await server.SubmitAsync(headers: Key);
        Assert.True(again.IsSuccessStatusCode, await again.TextAsync());
        if (first.IsSuccessStatusCode) Assert.Equal(first.Headers.Location, again.Headers.Location);
        var jobs = server.Store.Keys.Count(key => key.EndsWith(".job", StringComparison.Ordinal));
        Assert.Equal(1, jobs);
        if (await TicketAsync(server) is { } ticket) await server.EndAsync(ticket);
        Assert.Equal("succeeded", await (await server.GetAsync(again.Headers.Location!.ToString())).StateAsync());
    }

    // Whatever is left ends, and is gone when its time is over.
    private static async Task CheckSweptAsync(JobServer server)
    {
        var sweep = (JobSweep)server.App.Services.GetService(typeof(JobSweep))!;
        server.Parts.Time.Shift(TimeSpan.FromDays(2));
        await sweep.SweepAsync(Cancel);
        var keys = server.Store.Keys;
        var records = keys.Where(key => key.EndsWith(".job", StringComparison.Ordinal)).ToList();
        Assert.All(records, key => Assert.Contains(key[..^"job".Length] + "outcome", keys));
        Assert.DoesNotContain(keys, key => key.EndsWith(".source", StringComparison.Ordinal)
            && !records.Contains(key[..^"source".Length] + "job"));
        server.Parts.Time.Shift(TimeSpan.FromDays(10));
        await sweep.SweepAsync(Cancel);
        Assert.Empty(server.Store.Keys);
    }

    private static async Task<Ticket?> TicketAsync(JobServer server) =>
        server.Queue.IsEmpty ? null : await server.Queue.TakeAsync();
}
