using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;

namespace Millrace.Simulation.Usage;

/// <summary>
/// The usage ledger, eventually consistent: a row is written over itself, the furthest word of an epoch holds, and a
/// reader may be told what was true some time ago.
/// </summary>
internal sealed class SimUsageRows
{
    private static readonly TimeSpan LagMax = TimeSpan.FromSeconds(40);

    private readonly Dictionary<RowKey, UsageSum> _rows = [];
    private readonly Dictionary<Guid, UsageRecord> _jobs = [];
    private readonly Dictionary<(string, long), List<(TimeSpan At, UsageEpoch Word)>> _words = [];
    private readonly Weather _weather;
    private readonly PlantedBug _bug;

    public SimUsageRows(Timeline line, Weather weather, Judge judge, PlantedBug bug)
    {
        (_weather, _bug) = (weather, bug);
        Process = new SimProcess(line, "ledger", TimeSpan.Zero) { Bug = fault => judge.Bug("ledger", fault) };
    }

    public SimProcess Process { get; }

    /// <summary>Whether nobody is served.</summary>
    public bool IsAway { get; set; }

    /// <summary>What a reader who waits long enough sees, jobs as sums too.</summary>
    public IEnumerable<UsageSum> Sums => _rows.Values.Concat(_jobs.Values.Select(SumOf));

    public void Put(RowKey key, UsageSum sum)
    {
        var isAdded = _bug == PlantedBug.LedgerAddsUp && _rows.ContainsKey(key);
        _rows[key] = isAdded ? UsagePeriods.Add(_rows[key], sum) : sum;
    }

    public void Put(UsageRecord job) => _jobs[job.Id] = job;

    public void Put(UsageEpoch word)
    {
        var key = (word.Recorder, word.Epoch);
        if (!_words.TryGetValue(key, out var words)) _words[key] = words = [];
        if (words.Count == 0 || word.IsPast(words[^1].Word)) words.Add((Process.Line.Now, word));
    }

    /// <summary>The words as they were a while ago.</summary>
    public IReadOnlyList<UsageEpoch> Words()
    {
        var lag = _weather.IsFair ? TimeSpan.Zero : Process.Line.Between(0, LagMax.TotalMilliseconds);
        return
        [
            .. _words.Values.Select(words => words.LastOrDefault(word => word.At <= Process.Line.Now - lag).Word)
                .OfType<UsageEpoch>(),
        ];
    }

    private static UsageSum SumOf(UsageRecord job) => new()
    {
        Tenant = job.Tenant,
        Minute = UsagePeriods.Floor(job.At, UsageGranularity.Minute.Length()),
        Lane = job.Lane,
        Class = job.Class,
        Answers = 1,
        Billable = job.Results,
        BytesIn = job.BytesIn,
        BytesOut = job.BytesOut,
        Pixels = job.Pixels,
    };
}

/// <summary>What a row of sums is written over by.</summary>
internal readonly record struct RowKey(
    string Tenant, DateTimeOffset Minute, Lane Lane, UsageClass Class, string Recorder, long Epoch, long First);

/// <summary>The ledger as one process sees it: a batch is written in pieces, of which some may be.</summary>
internal sealed class SimUsageLedger(SimUsageRows rows, Wire wire, SimProcess process) : IUsageLedger
{
    private const int PieceRows = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task PutAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        process.Say($"batch {batch.First}-{batch.Last} of {batch.Epoch}");
        foreach (var sums in batch.Sums.Chunk(PieceRows))
        {
            await CallAsync("put rows", () =>
            {
                foreach (var sum in sums) rows.Put(KeyOf(batch, sum), sum);
                return true;
            }, cancellationToken);
        }
        foreach (var jobs in batch.Jobs.Chunk(PieceRows))
        {
            await CallAsync("put jobs", () =>
            {
                foreach (var job in jobs) rows.Put(job);
                return true;
            }, cancellationToken);
        }
    }

    public IAsyncEnumerable<UsageSum> ReadAsync(
        string tenant, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nobody here reads sums but the judge.");

    public Task PutEpochAsync(UsageEpoch epoch, CancellationToken cancellationToken) => CallAsync(
        "put word", () =>
        {
            rows.Put(epoch);
            return true;
        }, cancellationToken);

    public async IAsyncEnumerable<UsageEpoch> EpochsAsync(
        DateTimeOffset endedAfter,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var word in await CallAsync("words", rows.Words, cancellationToken)) yield return word;
    }

    private static RowKey KeyOf(UsageBatch batch, UsageSum sum) =>
        new(sum.Tenant, sum.Minute, sum.Lane, sum.Class, batch.Recorder, batch.Epoch, batch.First);

    private async Task<T> CallAsync<T>(string step, Func<T> serve, CancellationToken cancellationToken)
    {
        try
        {
            return await wire.CallAsync(process, rows.Process, step, ServeAsync, Patience, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new UsageLedgerException(exception.Message, exception);
        }

        Task<T> ServeAsync() => rows.IsAway ? throw new IOException("The ledger is away.") : Task.FromResult(serve());
    }
}
