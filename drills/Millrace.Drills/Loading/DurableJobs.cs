using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Millrace.Drills.History;

namespace Millrace.Drills.Loading;

/// <summary>
/// Durable jobs as the API asks callers to hand them in: under an idempotency key, again while nobody knows, and now
/// and then once more after the promise. Each is looked at until it ends, its result is read, and at the end of the
/// drill all are looked at again.
/// </summary>
/// <param name="client">Asks for them.</param>
/// <param name="book">Gets what was asked and answered.</param>
/// <param name="receiver">The name of the webhook endpoint that is told of their ends; null: none.</param>
/// <param name="time">Of all waits.</param>
/// <param name="stop">The drill is over.</param>
internal sealed class DurableJobs(
    ApiClient client, HistoryBook book, string? receiver, TimeProvider time, CancellationToken stop)
{
    private const int SubmitsMax = 40;
    private const int AgainEvery = 10;
    private const int LooksAtOnce = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // Each look reads the store three times: looking often would be most of its load.
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(4);
    private readonly ConcurrentDictionary<string, (Caller Caller, Subject Subject)> _promised = new();
    private readonly ConcurrentDictionary<string, bool> _ended = new();

    /// <summary>Jobs that were promised and whose end has not been seen.</summary>
    public int Open => _promised.Count - _ended.Count;

    /// <summary>Jobs whose end has been seen.</summary>
    public IEnumerable<string> Ended => _ended.Keys;

    /// <summary>Hands in one job and follows it to its end; gives up when the drill is over.</summary>
    public async Task DoAsync(int number, Caller caller, Subject subject)
    {
        var key = number.ToString(CultureInfo.InvariantCulture);
        if (await SubmitAsync(key, caller, subject) is not { } job) return;
        if (number % AgainEvery == 0) await SubmitAsync(key, caller, subject);
        try
        {
            for (var wait = FirstLook; ; wait = wait < LastLook ? 2 * wait : LastLook)
            {
                await Task.Delay(wait, time, stop);
                if (await EndedAsync(job, caller, subject)) break;
            }
        }
        catch (OperationCanceledException)
        {
            // The drill is over; the judge says what it means that this job has not ended.
        }
    }

    /// <summary>Looks once more at every promised job, and lists what the service has.</summary>
    public async Task LookAgainAsync(IReadOnlyList<Caller> callers)
    {
        await Parallel.ForEachAsync(
            _promised, new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce },
            async (promise, _) =>
            {
                var (job, (caller, subject)) = promise;
                if (await EndAsync(job, caller)) await ReadAsync(job, caller, subject);
            });
        foreach (var caller in callers) await ListAsync(caller);
    }

    private async Task<string?> SubmitAsync(string key, Caller caller, Subject subject)
    {
        for (var i = 1; i <= SubmitsMax && !stop.IsCancellationRequested; i++)
        {
            var reply = await SubmitOnceAsync(key, caller, subject);
            if (reply.Type is EntryType.Ok)
            {
                var job = JobOf(reply.Body);
                _promised.TryAdd(job, (caller, subject));
                return job;
            }
            if (reply.Status is >= 400 and < 409 or > 409 and < 429) return null;
            await Task.Delay(Pause, time, CancellationToken.None);
        }
        return null;
    }

    private async Task<Reply> SubmitOnceAsync(string key, Caller caller, Subject subject)
    {
        var entry = Entry(Operation.Submit, caller) with
        {
            Key = key,
            Image = subject.Name,
            Units = 1,
            BytesIn = subject.Bytes.Length,
        };
        book.Append(entry);
        var query = receiver is null ? subject.Query : $"{subject.Query}&webhook={receiver}";
        var reply = await client.SendAsync(
            HttpMethod.Post, "/v1/jobs?" + query, caller.Key, subject.Bytes, key, CancellationToken.None);
        book.Append(entry with
        {
            Type = reply.Type,
            JobId = reply.Type is EntryType.Ok ? JobOf(reply.Body) : "",
            Status = Text(reply.Status),
            Error = reply.Code,
        });
        return reply;
    }

    private async Task<bool> EndedAsync(string job, Caller caller, Subject subject)
    {
        if (!await EndAsync(job, caller)) return false;
        _ended[job] = true;
        await ReadAsync(job, caller, subject);
        return true;
    }

    private async Task<bool> EndAsync(string job, Caller caller)
    {
        var reply = await client.SendAsync(
            HttpMethod.Get, $"/v1/jobs/{job}", caller.Key, null, null, CancellationToken.None);
        if (reply.Status != 200) return false;
        using var look = JsonDocument.Parse(reply.Body);
        var state = look.RootElement.GetProperty("state").GetString()!;
        if (state is "accepted" or "working") return false;
        book.Append(Entry(Operation.Look, caller) with
        {
            Type = EntryType.Ok,
            JobId = job,
            Status = state,
            Sha256 = Fixed(look.RootElement),
        });
        return true;
    }

    // What of an outcome may never change.
    private static string Fixed(JsonElement job)
    {
        var finished = job.TryGetProperty("finishedAt", out var at) ? at.ToString() : "";
        return Hash(Encoding.UTF8.GetBytes($"{job.GetProperty("state")} {finished} {job.GetProperty("results")}"));
    }

    private async Task ReadAsync(string job, Caller caller, Subject subject)
    {
        var reply = await client.SendAsync(
            HttpMethod.Get, $"/v1/jobs/{job}/result", caller.Key, null, null, CancellationToken.None);
        book.Append(Entry(Operation.Result, caller) with
        {
            Type = reply.Type,
            JobId = job,
            Image = subject.Name,
            Status = Text(reply.Status),
            Error = reply.Code,
            Sha256 = reply.Status == 200 ? Hash(reply.Body) : "",
            BytesOut = reply.Status == 200 ? reply.Body.Length : 0,
        });
    }

    private async Task ListAsync(Caller caller)
    {
        for (string? path = "/v1/jobs?limit=100"; path is not null;)
        {
            var reply = await client.SendAsync(HttpMethod.Get, path, caller.Key, null, null, CancellationToken.None);
            if (reply.Status != 200) return;
            using var page = JsonDocument.Parse(reply.Body);
            foreach (var job in page.RootElement.GetProperty("jobs").EnumerateArray())
            {
                book.Append(Entry(Operation.Outcome, caller) with
                {
                    Type = EntryType.Ok,
                    JobId = job.GetProperty("id").GetString()!,
                    Status = job.GetProperty("state").GetString()!,
                });
            }
            var next = page.RootElement.GetProperty("next").GetString();
            path = next is null ? null : $"/v1/jobs?limit=100&cursor={Uri.EscapeDataString(next)}";
        }
    }

    private static HistoryEntry Entry(string operation, Caller caller) =>
        new() { Process = $"jobs-{caller.Tenant}", F = operation, Tenant = caller.Tenant, Lane = "bulk" };

    private static string JobOf(byte[] body)
    {
        using var job = JsonDocument.Parse(body);
        return job.RootElement.GetProperty("id").GetString()!;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
