using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Millrace.Bench.SideBySide;

/// <summary>
/// The same photographs and transform as durable jobs and as interactive calls, at one embedded service in turns: jobs
/// are counted from the first that is handed in to the last that has ended, and asked after when they should have.
/// </summary>
internal static class DurableCommand
{
    private const int WholeRounds = 8;
    private const int BriefRounds = 3;
    private const int Passes = 20;
    private const int Concurrency = 8;
    private const string Query = "width=300&format=jpeg&quality=80";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; in each, both get the same photographs", WholeRounds, BriefRounds);

    public static Command Create()
    {
        var command = new Command("durable", "Durable jobs against interactive calls of the same service.") { Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var places = new Places(BenchOptions.RootOf(parsed));
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        BenchOptions.PrintTitle("Durable jobs", $"durable --rounds {rounds}");
        await using var server = await RunningServer.MillraceAsync(places, Query, cancellationToken);
        using var load = new LoadGenerator(TimeProvider.System);
        using var jobs = new JobLoad(new Uri(server.Address, "/v1/jobs?" + Query));
        var photos = Photo.Jpegs(places);
        var (interactive, durable) = (new Way("interactive"), new Way("durable"));
        for (var round = 0; round <= rounds; round++)
        {
            await interactive.RunAsync(
                server, () => AnswerAsync(load, server, photos, cancellationToken), photos.Count);
            await durable.RunAsync(server, () => jobs.RunAsync(photos, cancellationToken), photos.Count);
            await jobs.VerifyAsync(cancellationToken);
            if (round > 0) continue;

            // The first only warmed up.
            interactive.Forget();
            durable.Forget();
        }
        Print(interactive, durable);
    }

    private static async Task<TimeSpan> AnswerAsync(
        LoadGenerator load, RunningServer server, IReadOnlyList<Photo> photos, CancellationToken cancellationToken)
    {
        var run = await load.RunAsync(
            index => (server.Address, photos[index % photos.Count]), photos.Count * Passes, Concurrency,
            cancellationToken);
        return run.Elapsed;
    }

    private static void Print(Way interactive, Way durable)
    {
        var table = new Table("way", "images/s", "to interactive", "CPU ms/image");
        foreach (var way in new[] { interactive, durable })
        {
            table.Add(
                way.Name, Figures.Median(way.PerSecond), Figures.Ratio(way.PerSecond, interactive.PerSecond),
                Figures.Median(way.Cpu));
        }
        table.Print();
    }

    /// <summary>One of both, and what its rounds came to.</summary>
    private sealed class Way(string name)
    {
        public string Name { get; } = name;

        public List<double> PerSecond { get; } = [];

        public List<double> Cpu { get; } = [];

        public async Task RunAsync(RunningServer server, Func<Task<TimeSpan>> run, int photos)
        {
            var before = ProcessFigures.CpuOf(server.ProcessId);
            var took = await run();
            PerSecond.Add(photos * Passes / took.TotalSeconds);
            Cpu.Add((ProcessFigures.CpuOf(server.ProcessId) - before).TotalMilliseconds / (photos * Passes));
        }

        public void Forget()
        {
            PerSecond.Clear();
            Cpu.Clear();
        }
    }

    /// <summary>Hands all in, so many at a time, and waits for the ends.</summary>
    private sealed class JobLoad(Uri address) : IDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
        {
            BaseAddress = address,
        };

        private Uri[] _jobs = [];

        public async Task<TimeSpan> RunAsync(IReadOnlyList<Photo> photos, CancellationToken cancellationToken)
        {
            var start = TimeProvider.System.GetTimestamp();
            var jobs = new Uri[photos.Count * Passes];
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = Concurrency,
                CancellationToken = cancellationToken,
            };
            await Parallel.ForAsync(0, jobs.Length, parallel, async (number, cancelled) =>
                jobs[number] = await SubmitAsync(photos[number % photos.Count], cancelled));

            // They end in their order, but for those that kernels have at the same time: asking after each would be
            // work that interactive calls do not have.
            await Task.WhenAll(jobs[^Concurrency..].Select(job => EndAsync(job, cancellationToken)));
            var took = TimeProvider.System.GetElapsedTime(start);
            _jobs = jobs;
            return took;
        }

        /// <summary>Asks after each job of the last run.</summary>
        /// <exception cref="InvalidOperationException">One has not succeeded, and those behind it have.</exception>
        public async Task VerifyAsync(CancellationToken cancellationToken)
        {
            foreach (var job in _jobs)
            {
                if (!await HasEndedAsync(job, cancellationToken))
                    throw new InvalidOperationException($"The job {job} has not ended, those behind it have.");
            }
        }

        public void Dispose() => _client.Dispose();

        private async Task<Uri> SubmitAsync(Photo photo, CancellationToken cancellationToken)
        {
            using var content = new ByteArrayContent(photo.Bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var response = await _client.PostAsync(address, content, cancellationToken);
            response.EnsureSuccessStatusCode();
            return response.Headers.Location!;
        }

        private async Task EndAsync(Uri job, CancellationToken cancellationToken)
        {
            while (!await HasEndedAsync(job, cancellationToken))
                await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        private async Task<bool> HasEndedAsync(Uri job, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, job);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await _client.SendAsync(request, cancellationToken);
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return json.RootElement.GetProperty("state").GetString() switch
            {
                "succeeded" => true,
                "accepted" or "working" => false,
                var state => throw new InvalidOperationException($"The job {job} is {state}."),
            };
        }
    }
}
