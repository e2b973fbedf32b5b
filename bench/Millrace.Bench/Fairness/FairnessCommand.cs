using System.Collections.Concurrent;
using System.CommandLine;
using System.Net;
using Millrace.Bench.Identity;
using Millrace.Core.Conversions;
using Millrace.Core.Plans;

namespace Millrace.Bench.Fairness;

/// <summary>
/// Well-behaved tenants with and without one beside them that sends ten times what it may, in turns: at its own rate,
/// and, without one, at an edge that it fills.
/// </summary>
internal static class FairnessCommand
{
    private const int Others = 8;
    private const int Hog = Others;
    private const double PerSecond = 25;
    private const double HogPerSecond = 500;
    private const int WholeRounds = 6;
    private const int BriefRounds = 2;
    private const int WholeSeconds = 10;
    private const int BriefSeconds = 3;
    private const int Alone = 500;
    private const int KernelsAtOnce = 8;
    private static readonly TimeSpan Conversion = TimeSpan.FromMilliseconds(20);

    private static readonly Option<int?> Rounds = BenchOptions.Count(
        "--rounds", "Rounds; in each, the others send with and without the greedy one", WholeRounds, BriefRounds);

    public static Command Create()
    {
        const string Text = "What well-behaved tenants notice of one that sends ten times what it may.";
        var command = new Command("fairness", Text) { Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        var span = TimeSpan.FromSeconds(BenchOptions.IsShort(parsed) ? BriefSeconds : WholeSeconds);
        BenchOptions.PrintTitle("Fairness", $"fairness --rounds {rounds}");
        Console.Out.WriteLine(FormattableString.Invariant(
            $"{Others} tenants send {PerSecond}/s each, and one {HogPerSecond}/s; the edge alone, with a stand-in for ")
            + FormattableString.Invariant($"{KernelsAtOnce} kernels of {Conversion.TotalMilliseconds} ms an image ")
            + "(400/s); load from this process.\n");
        var table = new Table(
            "edge", "beside", "others sent", "answered", "to without", "p50 ms", "p99 ms", "greedy: 200", "429", "503",
            "429 p50 ms", "p99 ms", "at the edge", "p99 ms");
        await CompareAsync("it may send 50/s", TenHundredths, [], rounds, span, table, cancellationToken);
        (string, string)[] small = [("Edge:Admission:RequestsMax", "64"), ("Edge:Admission:Lanes", "8")];
        await CompareAsync("no rate, edge of 64 places", NoLimits, small, rounds, span, table, cancellationToken);
        table.Print();
        await PrintAloneAsync(cancellationToken);
        PlacesFigures.Print();
    }

    private static TenantLimits TenHundredths(int tenant) =>
        BenchTenants.Limits with { RequestsPerSecond = HogPerSecond / 10, Burst = 50, InFlight = 50 };

    // All with one claim, as tenants of one plan have.
    private static TenantLimits NoLimits(int tenant) => BenchTenants.Limits with { InFlight = 1_000 };

    private static async Task CompareAsync(
        string name, Func<int, TenantLimits> limits, (string, string)[] settings, int rounds, TimeSpan span,
        Table table, CancellationToken cancellationToken)
    {
        using var kernels = new SemaphoreSlim(KernelsAtOnce);
        var tenants = new BenchTenants(Others + 1, limits);
        var refusals = new ConcurrentQueue<double>();
        await using var edge = await BenchEdge.StartAsync(
            name, tenants, cancellationToken, (_, cancelled) => ConvertAsync(kernels, cancelled),
            usage: null, refusals, settings);
        using var without = new Crowd(edge.Address, tenants);
        using var with = new Crowd(edge.Address, tenants);
        for (var round = -1; round < rounds; round++)
        {
            await without.RunAsync(span, isGreedy: false, cancellationToken);
            await with.RunAsync(span, isGreedy: true, cancellationToken);
            if (round >= 0) continue;

            // The first only warmed up.
            without.Forget();
            with.Forget();
            refusals.Clear();
        }
        without.Add(table, name, "nobody", without, []);
        with.Add(table, name, "the greedy one", without, refusals);
    }

    private static async Task<ConversionOutcome> ConvertAsync(
        SemaphoreSlim kernels, CancellationToken cancellationToken)
    {
        await kernels.WaitAsync(cancellationToken);
        try
        {
            await Task.Delay(Conversion, TimeProvider.System, cancellationToken);
            return BenchEdge.Answer() with
            {
                Timing = new ConversionTiming(TimeSpan.Zero, Conversion, 1),
            };
        }
        finally
        {
            kernels.Release();
        }
    }

    // One request at a time of a tenant whose rate is spent, at an edge that does nothing else.
    private static async Task PrintAloneAsync(CancellationToken cancellationToken)
    {
        var tenants = new BenchTenants(1, _ => BenchTenants.Limits with { RequestsPerSecond = 0.001, Burst = 1 });
        await using var edge = await BenchEdge.StartAsync("alone", tenants, cancellationToken);
        using var load = new PacedLoad(edge.Address, tenants.KeyOf(0), 1, TimeProvider.System);
        await load.RunAsync(Alone, cancellationToken);
        load.Forget();
        await load.RunAsync(Alone, cancellationToken);
        var times = load.Answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests)
            .Select(answer => answer.Milliseconds).ToList();
        var figures = new Table("a 429 on an idle edge", "answers", "p50 ms", "p99 ms");
        figures.Add(
            "one at a time, a new connection each", times.Count, Figures.Median(times), Figures.Quantile(times, 0.99));
        figures.Print();
    }

    /// <summary>The others, and the greedy one beside them.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly List<PacedLoad> _others;
        private readonly PacedLoad _greedy;

        public Crowd(Uri address, BenchTenants tenants)
        {
            _others = [.. Enumerable.Range(0, Others).Select(
                tenant => new PacedLoad(address, tenants.KeyOf(tenant), PerSecond, TimeProvider.System))];
            _greedy = new PacedLoad(address, tenants.KeyOf(Hog), HogPerSecond, TimeProvider.System);
        }

        private double Goodput => (double)_others.Sum(Answered) / _others.Sum(load => load.Sent);

        public Task RunAsync(TimeSpan span, bool isGreedy, CancellationToken cancellationToken)
        {
            var running = _others.Select(load => load.RunAsync(span, cancellationToken));
            return Task.WhenAll(isGreedy ? running.Append(_greedy.RunAsync(span, cancellationToken)) : running);
        }

        public void Forget()
        {
            _others.ForEach(load => load.Forget());
            _greedy.Forget();
        }

        public void Add(
            Table table, string edge, string beside, Crowd without, IReadOnlyCollection<double> atTheEdge)
        {
            var times = _others.SelectMany(load => load.Answers).Where(answer => answer.Status == HttpStatusCode.OK)
                .Select(answer => answer.Milliseconds).ToList();
            var refused = _greedy.Answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests)
                .Select(answer => answer.Milliseconds).ToList();
            table.Add(
                edge, beside, _others.Sum(load => load.Sent), _others.Sum(Answered), Goodput / without.Goodput,
                Figures.Median(times), Figures.Quantile(times, 0.99), Answered(_greedy),
                refused.Count, Count(HttpStatusCode.ServiceUnavailable), Figures.Median(refused),
                Figures.Quantile(refused, 0.99), Figures.Median(atTheEdge), Figures.Quantile(atTheEdge, 0.99));
        }

        public void Dispose()
        {
            _others.ForEach(load => load.Dispose());
            _greedy.Dispose();
        }

        private int Count(HttpStatusCode status) => _greedy.Answers.Count(answer => answer.Status == status);

        private static int Answered(PacedLoad load) =>
            load.Answers.Count(answer => answer.Status == HttpStatusCode.OK);
    }
}
