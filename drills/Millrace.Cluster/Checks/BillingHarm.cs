using Millrace.Region.Running;

namespace Millrace.Cluster.Checks;

/// <summary>
/// What happens while usage is made: edges, with what ships in them, and workers are killed again and again, and the
/// ledger is killed and falls silent.
/// </summary>
internal sealed class BillingHarm(Ground ground)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    private int _edges;
    private int _workers;
    private int _kills;
    private int _silences;

    /// <summary>Whether each kind has happened.</summary>
    public bool IsEnough => _edges >= ground.Region.Edges.Count && _workers > 0 && _kills > 0 && _silences > 0;

    /// <summary>What happened.</summary>
    public string Told => $"{_edges} edges and {_workers} workers killed, the ledger killed {_kills} and silent "
        + $"{_silences} times";

    /// <summary>Harms until told to stop, and leaves everything running.</summary>
    /// <param name="done">Ends it after the harm that is under way.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task RunAsync(Task done, CancellationToken cancellationToken)
    {
        Func<CancellationToken, Task>[] harms =
            [KillEdgeAsync, SilenceLedgerAsync, KillEdgeAsync, KillLedgerAsync, KillEdgeAsync, KillWorkerAsync];
        for (var turn = 0; !done.IsCompleted; turn++)
        {
            await harms[turn % harms.Length](cancellationToken);
            await Task.Delay(Pause, ground.Time, cancellationToken);
        }
    }

    private async Task KillEdgeAsync(CancellationToken cancellationToken)
    {
        await KillAsync(ground.Region.Edges[_edges % ground.Region.Edges.Count], cancellationToken);
        _edges++;
    }

    private async Task KillWorkerAsync(CancellationToken cancellationToken)
    {
        await KillAsync(ground.Region.Workers[_workers % ground.Region.Workers.Count], cancellationToken);
        _workers++;
    }

    private async Task KillAsync(RoleProcess role, CancellationToken cancellationToken)
    {
        await role.KillAsync();
        await ground.Region.RestartAsync(role, cancellationToken);
    }

    private async Task KillLedgerAsync(CancellationToken cancellationToken)
    {
        await ground.Region.Ledger!.Server.KillAsync();
        await Task.Delay(Silence, ground.Time, cancellationToken);
        await ground.Region.Ledger.Server.StartAsync();
        _kills++;
    }

    private async Task SilenceLedgerAsync(CancellationToken cancellationToken)
    {
        ground.Region.Ledger!.Server.Pause();
        await Task.Delay(Silence, ground.Time, cancellationToken);
        ground.Region.Ledger.Server.Resume();
        _silences++;
    }
}
