using Millrace.Engines;
using Millrace.Region.Watch;

namespace Millrace.Cluster.Checks;

/// <summary>
/// What happens to a region while jobs are handed in: each in turn, one after the other, when so many of them have
/// been.
/// </summary>
internal sealed class JobHarm
{
    /// <summary>How many there are.</summary>
    public const int Harms = 6;

    private readonly Ground _ground;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<int, Func<Task>> _harms;
    private Task _last = Task.CompletedTask;
    private RabbitNode? _leader;

    /// <summary>Harms, spread over so many jobs.</summary>
    public JobHarm(Ground ground, int jobs, CancellationToken cancellationToken)
    {
        (_ground, _cancellationToken) = (ground, cancellationToken);
        _harms = new()
        {
            [jobs * 1 / 10] = KillLeaderAsync,
            [jobs * 3 / 10] = RestartLeaderAsync,
            [jobs * 4 / 10] = KillWorkerAsync,
            [jobs * 5 / 10] = RestartWorkerAsync,
            [jobs * 6 / 10] = KillStorageAsync,
            [jobs * 8 / 10] = RestartStorageAsync,
        };
    }

    public List<string> Happened { get; } = [];

    /// <summary>So many jobs are being handed in.</summary>
    public void At(int count)
    {
        if (_harms.TryGetValue(count, out var harm)) _last = After(_last, harm);
    }

    /// <summary>Ends when the last of them has been done.</summary>
    public Task EndAsync() => _last;

    private static async Task After(Task before, Func<Task> harm)
    {
        await before;
        await harm();
    }

    private async Task KillLeaderAsync()
    {
        _leader = await Leaders.BusiestAsync(_ground.Region.Brokers, "bulk");
        await _leader.KillAsync();
        Note($"leader {_leader.Name} killed");
    }

    private async Task RestartLeaderAsync()
    {
        await _leader!.StartAsync(_cancellationToken);
        Note($"{_leader.Name} restarted");
    }

    private async Task KillWorkerAsync()
    {
        await _ground.Region.Workers[0].KillAsync();
        Note($"{_ground.Region.Workers[0].Name} killed");
    }

    private async Task RestartWorkerAsync()
    {
        var worker = await _ground.Region.RestartAsync(_ground.Region.Workers[0], _cancellationToken);
        Note($"{worker.Name} restarted");
    }

    private async Task KillStorageAsync()
    {
        await _ground.Region.Store!.Cluster.Nodes[0].KillAsync();
        Note("storage node 1 killed");
    }

    private async Task RestartStorageAsync()
    {
        await _ground.Region.Store!.Cluster.Nodes[0].StartAsync(_cancellationToken);
        Note("storage node 1 restarted");
    }

    private void Note(string text)
    {
        Console.Out.WriteLine("  " + text);
        Happened.Add(text);
    }
}
