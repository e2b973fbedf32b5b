using System.Globalization;

namespace Millrace.Drills.Faults;

/// <summary>SIGSTOP: alive and silent; healed by SIGCONT.</summary>
internal sealed class PauseFault(Target target) : IFault
{
    public string Name => $"pause {target.Name}";

    public Task InjectAsync(CancellationToken cancellationToken) => target.PauseAsync();

    public async Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var stat = await File.ReadAllTextAsync($"/proc/{Id}/stat", cancellationToken);
        return stat[(stat.LastIndexOf(')') + 2)..].StartsWith('T') ? $"{target.Name} was stopped" : null;
    }

    public Task HealAsync(CancellationToken cancellationToken) => target.ResumeAsync();

    private string Id => target.ProcessId().ToString(CultureInfo.InvariantCulture);
}
