using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>SIGSTOP: alive and silent; healed by SIGCONT.</summary>
internal sealed class PauseFault(params IReadOnlyList<Target> targets) : IFault
{
    public string Name => $"pause {Names}";

    private string Names => string.Join(", ", targets.Select(target => target.Name));

    public Task InjectAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(targets.Select(target => target.PauseAsync()));

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            var id = target.ProcessId().ToString(CultureInfo.InvariantCulture);
            var stat = await File.ReadAllTextAsync($"/proc/{id}/stat", cancellationToken);
            if (!stat[(stat.LastIndexOf(')') + 2)..].StartsWith('T')) return null;
        }
        return $"{Names} stood still";
    }

    public Task HealAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(targets.Select(target => target.ResumeAsync()));
}
