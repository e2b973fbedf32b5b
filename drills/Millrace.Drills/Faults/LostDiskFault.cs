using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>
/// A recorder dies with its disk, at a moment at which the ledger has more of its usage than the object store, which
/// bills are made from. Healed by an empty disk.
/// </summary>
internal sealed class LostDiskFault(Target recorder, RecorderDisk disk, TimeProvider time) : IFault
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public string Name => $"lose {recorder.Name} with its disk";

    /// <summary>What was lost; null when no such moment came.</summary>
    public LostDisk? Lost { get; private set; }

    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var before = Ahead();
        while (Lost is null && time.GetElapsedTime(start) < Limit)
        {
            await Task.Delay(Look, time, cancellationToken);
            var now = Ahead();
            // The same twice: its word, which follows each shipment, is told too.
            if (now is not null && now == before) await LoseAsync(now);
            before = now;
        }
    }

    public Task<string?> TraceAsync(CancellationToken cancellationToken) => Task.FromResult(
        Lost is null ? null : $"epoch {Number(Lost.Epoch)}: the sequences {Lost.Missing} are in the ledger alone");

    public Task HealAsync(CancellationToken cancellationToken) =>
        Lost is null ? Task.CompletedTask : recorder.StartAsync(cancellationToken);

    // It stands still while it is looked at for the last time.
    private async Task LoseAsync(LostDisk wanted)
    {
        await recorder.PauseAsync();
        if (Ahead() != wanted)
        {
            await recorder.ResumeAsync();
            return;
        }
        await recorder.KillAsync();
        Lost = wanted with { At = time.GetUtcNow() };
        foreach (var entry in new DirectoryInfo(disk.Folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo folder) folder.Delete(recursive: true);
            else entry.Delete();
        }
    }

    private LostDisk? Ahead()
    {
        if (disk.Shipped("ledger") is not { IsShipping: false } ledger) return null;
        if (disk.Shipped("raw") is not { IsShipping: false } raw || ledger.Done <= raw.Done) return null;
        return new LostDisk(disk.Epoch, raw.Done + 1, ledger.Done, raw.Reaches, DateTimeOffset.MaxValue);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What was on a disk that was lost.</summary>
/// <param name="Epoch">The boot that recorded it.</param>
/// <param name="First">First sequence that the ledger has and the object store has not.</param>
/// <param name="Last">The last such.</param>
/// <param name="From">No record that was lost is of a time before this.</param>
/// <param name="At">When it was lost.</param>
internal sealed record LostDisk(long Epoch, long First, long Last, DateTimeOffset From, DateTimeOffset At)
{
    /// <summary>The sequences, as billing names them.</summary>
    public string Missing => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
