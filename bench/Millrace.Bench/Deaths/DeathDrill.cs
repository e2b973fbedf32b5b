using System.Collections.Concurrent;
using Millrace.Bench.SideBySide;

namespace Millrace.Bench.Deaths;

/// <summary>One request of the drill's load.</summary>
/// <param name="Photo">Its photograph's name.</param>
/// <param name="Sent">Timestamp before it was sent.</param>
/// <param name="Answered">Timestamp after its answer was read.</param>
/// <param name="Failed">Whether the answer was no success.</param>
internal sealed record Answer(string Photo, long Sent, long Answered, bool Failed);

/// <summary>What the drill saw.</summary>
/// <param name="Lost">What each death cost, in milliseconds.</param>
/// <param name="Noise">What the machine cost answers without a death: beyond their usual time, in milliseconds.</param>
/// <param name="Answers">Answers in all.</param>
/// <param name="Failed">Those that were no success.</param>
internal sealed record DrillResult(
    IReadOnlyList<double> Lost, IReadOnlyList<double> Noise, int Answers, int Failed);

/// <summary>Steady load on one service, and kills of the kernels that work for it.</summary>
internal sealed class DeathDrill(RunningServer server, IReadOnlyList<Photo> photos, int concurrency, TimeProvider time)
{
    private const int Seed = 20261123;
    private const int UsualPasses = 8;
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(200);

    private readonly Random _random = new(Seed);
    private readonly int _kernels = ProcessFigures.Tree(server.ProcessId).Count - 1;
    private readonly ConcurrentQueue<Answer> _answers = new();
    private int _killed;

    /// <summary>Kills so many kernels.</summary>
    public async Task<DrillResult> RunAsync(int deaths, CancellationToken cancellationToken)
    {
        using var load = new LoadGenerator(time);
        await LoadAsync(load, photos.Count * UsualPasses, cancellationToken);
        _answers.Clear();
        await LoadAsync(load, photos.Count * UsualPasses, cancellationToken);
        var usual = _answers.GroupBy(answer => answer.Photo)
            .ToDictionary(group => group.Key, group => Figures.Median(group.Select(Milliseconds)));
        var noise = _answers.Select(answer => Math.Max(0, Milliseconds(answer) - usual[answer.Photo])).ToList();
        _answers.Clear();

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loading = LoadAsync(load, int.MaxValue, enough.Token);
        var kills = new List<long>();
        while (kills.Count < deaths && !loading.IsCompleted)
        {
            kills.Add(await KillBusyAsync(await SettleAsync(cancellationToken), cancellationToken));
        }
        await SettleAsync(cancellationToken);
        await enough.CancelAsync();
        await loading;
        return new DrillResult(
            [.. kills.Select(kill => Lost(kill, usual))], noise, _answers.Count,
            _answers.Count(answer => answer.Failed));
    }

    /// <summary>The one in flight that the death held up most; the others were not touched.</summary>
    private double Lost(long kill, Dictionary<string, double> usual) => _answers
        .Where(answer => answer.Sent < kill && kill < answer.Answered)
        .Select(answer => time.GetElapsedTime(kill, answer.Answered).TotalMilliseconds - usual[answer.Photo])
        .Append(0)
        .Max();

    private double Milliseconds(Answer answer) => time.GetElapsedTime(answer.Sent, answer.Answered).TotalMilliseconds;

    private Task LoadAsync(LoadGenerator load, int requests, CancellationToken cancellationToken)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            while (!cancellationToken.IsCancellationRequested
                && Interlocked.Increment(ref next) is var i && i < requests)
            {
                _answers.Enqueue(await AskAsync(load, photos[i % photos.Count]));
            }
        }
    }

    // Not cancelled: a request that was sent is waited for, so that none ends as a failure of our own doing.
    private async Task<Answer> AskAsync(LoadGenerator load, Photo photo)
    {
        var sent = time.GetTimestamp();
        try
        {
            await load.ConvertAsync(server.Address, photo, CancellationToken.None);
            return new Answer(photo.Name, sent, time.GetTimestamp(), Failed: false);
        }
        catch (HttpRequestException)
        {
            return new Answer(photo.Name, sent, time.GetTimestamp(), Failed: true);
        }
    }

    /// <summary>Waits until the killed kernel is gone and there are as many warm ones as there should be.</summary>
    private async Task<IReadOnlyList<int>> SettleAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < SettleTimeout)
        {
            var kernels = ProcessFigures.Tree(server.ProcessId).Skip(1).ToList();
            if (kernels.Count == _kernels && kernels.All(kernel => kernel.Id != _killed && kernel.IsSandboxed()))
                return [.. kernels.Select(kernel => kernel.Id)];
            await Task.Delay(SettleInterval, time, cancellationToken);
        }
        throw new TimeoutException($"There are not {_kernels} warm kernels again after {SettleTimeout}.");
    }

    /// <summary>Kills the first kernel that is seen to work after a random pause.</summary>
    /// <returns>The timestamp right after the kill.</returns>
    private async Task<long> KillBusyAsync(IReadOnlyList<int> kernels, CancellationToken cancellationToken)
    {
        await Task.Delay(PauseMax * _random.NextDouble(), time, cancellationToken);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _killed = kernels.FirstOrDefault(IsWorking);
            if (_killed != 0 && Signals.kill(_killed, Signals.Kill) == 0) return time.GetTimestamp();
            await Task.Yield();
        }
    }

    private static bool IsWorking(int kernel) => ProcessFigures.Read(kernel) is { State: 'R' };
}
