using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Millrace.Region.Load;
using Millrace.Region.Watch;

namespace Millrace.Cluster.Checks;

/// <summary>
/// A crash image, 1,000 times from 5 tenants through all edges: first in turn, then another one 30 at a time; meanwhile
/// others convert their photographs.
/// </summary>
internal static class PoisonPart
{
    private const int Sendings = 500;
    private const int Tenants = 5;
    private const int AtOnce = 30;
    private const int DeathsInTurn = 2;
    private const int DeathsAtOnceMax = 4;
    private const string Deaths = "millrace_worker_kernel_deaths_total";
    private static readonly TimeSpan CountedWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Ground ground, Verdict verdict, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var balancer = new Balancer(() => ground.EdgeAddresses, Patience, ground.Time);
        using var calm = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var bystanders = BystandAsync(ground, balancer, calm.Token, cancellationToken);

        var before = await DeathsAsync();
        var inTurn = await SendPillsAsync(ground, balancer, variant: 1, concurrency: 1, cancellationToken);
        var between = await DeathsAsync();
        var atOnce = await SendPillsAsync(ground, balancer, variant: 2, AtOnce, cancellationToken);
        var after = await DeathsAsync();
        await calm.CancelAsync();
        var others = await bystanders;

        Console.Out.WriteLine($"a pill {Sendings} times in turn: {Summary.Of(inTurn)}");
        Console.Out.WriteLine($"a pill {Sendings} times, {AtOnce} at a time: {Summary.Of(atOnce)}");
        Console.Out.WriteLine($"others meanwhile: {Summary.Of(others)}");
        verdict.Expect(between - before == DeathsInTurn, $"{between - before} kernels died of the pill sent in turn");
        verdict.Expect(
            after - between is >= DeathsInTurn and <= DeathsAtOnceMax,
            $"{after - between} kernels died of the pill sent {AtOnce} at a time");
        var let = inTurn.Concat(atOnce).Count(answer => answer.Status != 422);
        verdict.Expect(let == 0, $"{let} pills were answered by anything but 422");
        var failed = others.Count(answer => !answer.IsConverted);
        verdict.Expect(failed == 0 && others.Count > 0, $"{failed} of {others.Count} requests of others failed");
        var listed = await ListedAsync(ground, client, cancellationToken);
        verdict.Expect(listed == 2, $"{listed} fingerprints are listed as quarantined");

        async Task<double> DeathsAsync()
        {
            // A death is counted when the kernel is buried, and a scrape is kept for a moment.
            await Task.Delay(CountedWithin, ground.Time, cancellationToken);
            return await new Metrics(client).SumAsync(
                ground.Region.Workers.Select(worker => worker.Start.Address), Deaths,
                labels => labels.Contains("cause=\"signal\"", StringComparison.Ordinal), cancellationToken);
        }
    }

    private static Task<IReadOnlyList<Answer>> SendPillsAsync(
        Ground ground, Balancer balancer, int variant, int concurrency, CancellationToken cancellationToken)
    {
        var pill = ground.Photos.Pill("crash", variant);
        return ClosedLoop.RunAsync(
            Sendings, concurrency,
            index => balancer.ConvertAsync(
                pill, $"width={100 + index}", $"pill-{index % Tenants}", cancellationToken));
    }

    private static async Task<IReadOnlyList<Answer>> BystandAsync(
        Ground ground, Balancer balancer, CancellationToken calm, CancellationToken cancellationToken)
    {
        const int Bystanders = 4;
        var loops = Enumerable.Range(0, Bystanders).Select(async number =>
        {
            var answers = new List<Answer>();
            while (!calm.IsCancellationRequested)
            {
                var photo = ground.Photos[(answers.Count * Bystanders) + number];
                answers.Add(await balancer.ConvertAsync(photo, "width=300", $"other-{number}", cancellationToken));
            }
            return answers;
        });
        return [.. (await Task.WhenAll(loops)).SelectMany(answers => answers)];
    }

    private static async Task<int> ListedAsync(Ground ground, HttpClient client, CancellationToken cancellationToken)
    {
        var edge = ground.Region.Edges[0].Start.InternalAddress!;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(edge, "/internal/v1/poison"));
        var secret = (await File.ReadAllTextAsync(ground.Region.SecretPath, cancellationToken)).Trim();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await client.SendAsync(request, cancellationToken);
        var list = await response.Content.ReadFromJsonAsync<JsonElement[]>(cancellationToken);
        return list!.Count(entry => entry.GetProperty("quarantined").GetBoolean());
    }
}
