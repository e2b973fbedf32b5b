using Millrace.Region.Running;

namespace Millrace.Drills.Faults;

/// <summary>kill -9 of management and its database at one moment; healed by starting both again.</summary>
internal sealed class ManagementFault(RegionManagement management) : IFault
{
    public string Name => "kill postgres, manage-1";

    public Task InjectAsync(CancellationToken cancellationToken) => management.KillAsync();

    public Task<string?> TraceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(management.Replicas.Any(replica => replica.Runs) ? null : "both ended");

    public Task HealAsync(CancellationToken cancellationToken) => management.RestartAsync(cancellationToken);
}
