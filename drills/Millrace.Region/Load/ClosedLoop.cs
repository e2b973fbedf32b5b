using System.Collections.Concurrent;

namespace Millrace.Region.Load;

/// <summary>So many clients, each with one request at a time, until the requests are used up.</summary>
internal static class ClosedLoop
{
    /// <summary>Runs them all.</summary>
    /// <param name="requests">How many in all.</param>
    /// <param name="concurrency">How many at a time.</param>
    /// <param name="send">Sends the request of this number.</param>
    /// <param name="atCount">Is told how many have been sent, before each.</param>
    public static async Task<IReadOnlyList<Answer>> RunAsync(
        int requests, int concurrency, Func<int, Task<Answer>> send, Action<int>? atCount = null)
    {
        var answers = new ConcurrentQueue<Answer>();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync()));
        return [.. answers];

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var index && index < requests)
            {
                atCount?.Invoke(index);
                answers.Enqueue(await send(index));
            }
        }
    }

    /// <summary>Starts requests at a steady rate, whether or not those before have ended.</summary>
    public static async Task<IReadOnlyList<Answer>> AtRateAsync(
        int requests, int perSecond, Func<int, Task<Answer>> send, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var sent = new List<Task<Answer>>(requests);
        for (var i = 0; i < requests; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond) - time.GetElapsedTime(start);
            if (due > TimeSpan.Zero) await Task.Delay(due, time);
            sent.Add(send(i));
        }
        return await Task.WhenAll(sent);
    }
}
