using System.Globalization;
using Millrace.Drills.Hosts;

namespace Millrace.Drills.Faults;

/// <summary>
/// A recorder is killed while a shipment of its usage lies at the ledger, which hangs: afterwards the ledger takes it,
/// without anybody left to hear of it, or it is killed too and never does.
/// </summary>
/// <param name="ledger">Who is shipped to.</param>
/// <param name="recorder">Who ships.</param>
/// <param name="disk">The recorder's.</param>
/// <param name="takes">Whether the ledger takes the shipment.</param>
/// <param name="time">For waits.</param>
internal sealed class ShipmentKillFault(
    Target ledger, Target recorder, RecorderDisk disk, bool takes, TimeProvider time) : IFault
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private long _unread;

    public string Name =>
        $"kill {recorder.Name} amid a shipment that the ledger {(takes ? "then takes" : "never takes")}";

    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!await IsCaughtAsync(cancellationToken) && time.GetElapsedTime(start) < Limit)
        {
            // It hangs amid its word about itself, which comes between two shipments.
            await ledger.ResumeAsync();
            await Task.Delay(Look, time, cancellationToken);
        }
        await recorder.KillAsync();
        // Its disk does not change any more: what is on its way in these files was on its way when it died.
        _unread = await UnreadAsync();
    }

    public Task<string?> TraceAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(
        _unread == 0 ? null : string.Create(
            CultureInfo.InvariantCulture, $"{_unread} bytes of {recorder.Name} were on their way when it ended"));

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        if (takes)
        {
            await ledger.ResumeAsync();
        }
        else
        {
            await ledger.KillAsync();
            await ledger.StartAsync(cancellationToken);
        }
        await recorder.StartAsync(cancellationToken);
    }

    private async Task<bool> IsCaughtAsync(CancellationToken cancellationToken)
    {
        await ledger.PauseAsync();
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Look)
        {
            if (await UnreadAsync() > 0) return true;
            await Task.Delay(Look, time, cancellationToken);
        }
        return false;
    }

    private async Task<long> UnreadAsync() =>
        disk.Shipped("ledger") is { IsShipping: true } ? await BytesAsync() : 0;

    // What the kernel has taken for the ledger, and it has not read.
    private async Task<long> BytesAsync()
    {
        var said = await Shell.RunAsync(ledger.Host, "ss", "-Htn", "dst", recorder.Host.Address);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Sum(words => long.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
