using Microsoft.Extensions.Options;
using Millrace.Core.Handover;
using Millrace.Worker.Leases;
using Millrace.Worker.Pool;

namespace Millrace.Worker;

/// <summary>Who this worker is: its name, this start of it, and what its kernels are.</summary>
/// <param name="pool">Knows its build once it has started.</param>
/// <param name="options">The name.</param>
/// <param name="newId">Gives a UUID; asked once, for the instance.</param>
public sealed class WorkerSelf(KernelPool pool, IOptions<LeaseOptions> options, Func<Guid> newId)
{
    private readonly Guid _instance = newId();

    /// <summary>The name, for people.</summary>
    public string Name => options.Value.Name;

    /// <summary>What its kernels call themselves; <c>unknown</c> until the pool has started.</summary>
    public string Build => pool.Build;

    /// <summary>All of it; asked for once the pool has started, as its build is part of it.</summary>
    public WorkerIdentity Identity => new(Name, _instance, Build, pool.Concurrency);
}
