using System.Collections.Concurrent;
using System.Globalization;
using Millrace.Region.Load;

namespace Millrace.Cluster.Checks;

/// <summary>
/// Mixed use by many tenants, each of which counts what it is given: four conversions that are waited for, then a
/// durable job, and so on.
/// </summary>
internal sealed class BillingLoad(Ground ground, IReadOnlyList<MeteredTenant> tenants) : IDisposable
{
    private const int Concurrency = 6;
    private const int Turn = 5;
    private const string Query = "width=160&format=jpeg";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Balancer _balancer = new(() => ground.EdgeAddresses, TimeSpan.FromSeconds(30), ground.Time);
    private readonly ConcurrentBag<(MeteredTenant Tenant, Guid Job, int Bytes)> _jobs = [];
    private readonly JobClient _client = new(
        () => ground.EdgeAddresses, Patience, ground.Time, tenants.ToDictionary(each => each.Id, each => each.Key)
            .GetValueOrDefault!);

    /// <summary>Answers to what was waited for.</summary>
    public ConcurrentBag<Answer> Answers { get; } = [];

    /// <summary>Durable jobs that were promised.</summary>
    public int Jobs => _jobs.Count;

    /// <summary>Makes use until the time is over, and waits for the end of every job.</summary>
    /// <exception cref="TimeoutException">Something took too long.</exception>
    public async Task RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var start = ground.Time.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => WorkAsync()));
        foreach (var job in _jobs) await EndAsync(job.Tenant, job.Job, job.Bytes, cancellationToken);

        async Task WorkAsync()
        {
            while (ground.Time.GetElapsedTime(start) < time)
                await UseAsync(Interlocked.Increment(ref next), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _balancer.Dispose();
        _client.Dispose();
    }

    private Task UseAsync(int number, CancellationToken cancellationToken)
    {
        var (tenant, image) = (tenants[number / Turn % tenants.Count], ground.Photos[number]);
        return number % Turn == 0
            ? SubmitAsync(tenant, image, number, cancellationToken)
            : ConvertAsync(tenant, image, cancellationToken);
    }

    private async Task ConvertAsync(MeteredTenant tenant, byte[] image, CancellationToken cancellationToken)
    {
        var answer = await _balancer.ConvertAsync(image, Query, tenant.Id, cancellationToken, tenant.Key);
        Answers.Add(answer);
        if (answer.IsConverted) tenant.Count.Give(image.Length, answer.Bytes);
        else if (answer is { Status: 0, Code: not "unreachable" }) tenant.Count.Doubt(image.Length);
    }

    private async Task SubmitAsync(
        MeteredTenant tenant, byte[] image, int number, CancellationToken cancellationToken)
    {
        var key = number.ToString(CultureInfo.InvariantCulture);
        var job = await _client.SubmitAsync(image, Query, tenant.Id, key, cancellationToken);
        _jobs.Add((tenant, job, image.Length));
    }

    private async Task EndAsync(MeteredTenant tenant, Guid job, int bytes, CancellationToken cancellationToken)
    {
        var start = ground.Time.GetTimestamp();
        while (true)
        {
            using (var look = await _client.LookAsync(job, tenant.Id, cancellationToken))
            {
                var state = look.RootElement.GetProperty("state").GetString();
                if (state is "succeeded") break;
                if (state is not ("accepted" or "working"))
                    throw new InvalidOperationException($"The job {job} ended as {state}.");
            }
            if (ground.Time.GetElapsedTime(start) > EndLimit)
                throw new TimeoutException($"The job {job} does not end.");
            await Task.Delay(Look, ground.Time, cancellationToken);
        }
        var result = await _client.FetchAsync($"/v1/jobs/{job}/result", tenant.Id, cancellationToken);
        tenant.Count.Give(bytes, result.Length);
    }
}
