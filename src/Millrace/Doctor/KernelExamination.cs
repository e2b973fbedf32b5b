using Millrace.Roles;
using Millrace.Worker;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Doctor;

/// <summary>Starts one kernel in its sandbox, and has it convert its warm-up image.</summary>
internal static class KernelExamination
{
    /// <summary>Starts it, asks it, ends it.</summary>
    public static async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        var builder = Settings.Builder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("Worker:Pool:Kernels", "1")]);
        Settings.AddLimits(builder.Services);
        builder.Services.AddKernelPool();
        await using var app = builder.Build();
        var pool = app.Services.GetRequiredService<KernelPool>();
        try
        {
            await pool.StartAsync(cancellationToken);
            return Finding.Well("kernel", $"{pool.Build} converts, and its sandbox is complete");
        }
        catch (KernelStartException exception)
        {
            return Finding.Bad("kernel", exception.Message);
        }
        finally
        {
            await pool.StopAsync(CancellationToken.None);
        }
    }
}
