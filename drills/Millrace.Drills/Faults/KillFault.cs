using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>kill -9 of processes at one moment; healed by starting them again.</summary>
internal sealed class KillFault(params IReadOnlyList<Target> targets) : IFault
{
    private readonly List<string> _ended = [];

    public string Name => $"kill {string.Join(", ", targets.Select(target => target.Name))}";

    public async Task InjectAsync(CancellationToken cancellationToken)
    {
        var ids = targets.Select(target => (target.Name, Id: target.ProcessId())).ToList();
        await Task.WhenAll(targets.Select(target => target.KillAsync()));
        _ended.AddRange(ids.Where(process => !Directory.Exists($"/proc/{process.Id}"))
            .Select(process => string.Create(CultureInfo.InvariantCulture, $"{process.Name} ({process.Id})")));
    }

    public Task<string?> TraceAsync(CancellationToken cancellationToken) => Task.FromResult(
        _ended.Count == targets.Count ? $"{string.Join(", ", _ended)} ended" : null);

    // At once: a node of a queue whose others are gone as well waits for them.
    public Task HealAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(targets.Select(target => target.StartAsync(cancellationToken)));
}
