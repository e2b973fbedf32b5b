using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Millrace.Core.Usage;
using Millrace.Management.Store;
using Millrace.Worker.Kernels;

namespace Millrace.Roles;

/// <summary>Runs one role until it is told to stop, and says on stderr what keeps it from running.</summary>
internal static class RoleHost
{
    /// <summary>Checks the settings, builds, starts, greets and waits.</summary>
    /// <param name="builder">All that the role consists of.</param>
    /// <param name="map">Puts its addresses onto the built application.</param>
    /// <param name="greeting">The one line on stdout, made of the first address that is listened on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        WebApplicationBuilder builder, Action<WebApplication> map, Func<WebApplication, string, string> greeting,
        CancellationToken cancellationToken)
    {
        if (Settings.Failures(builder.Services) is { Count: > 0 } failures) return Refuse([.. failures]);
        await using var app = builder.Build();
        map(app);
        await app.StartAsync(cancellationToken);
        Console.Out.WriteLine(greeting(app, Addresses(app).First()));
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Done;
    }

    /// <summary>Runs what may fail for reasons that the operator can mend: each is a line on stderr.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            // Before anything secret is in memory.
            MemoryDumps.Forbid();
            return await run();
        }
        catch (Exception exception) when (exception is KernelStartException or IOException
            or UnauthorizedAccessException or InvalidDataException or ManagementStoreException
            or UsageLedgerException)
        {
            return Refuse(exception.Message);
        }
    }

    /// <summary>Says why nothing was begun.</summary>
    public static int Refuse(params string[] reasons)
    {
        foreach (var reason in reasons)
        {
            Console.Error.WriteLine("millrace: " + reason);
        }
        return ExitCode.Unusable;
    }

    /// <summary>Where the application listens, ports resolved; the public addresses first.</summary>
    public static IReadOnlyCollection<string> Addresses(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
}
