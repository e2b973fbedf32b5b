using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Millrace.Core.Conversions;
using Millrace.Edge;
using Millrace.Edge.Telemetry;
using Millrace.Worker;
using Millrace.Worker.Kernels;
using Millrace.Worker.Pool;

namespace Millrace.Serve;

/// <summary>Composes and runs the embedded service: edge and kernel pool in one process.</summary>
internal static class Server
{
    /// <summary>Serves until told to stop.</summary>
    /// <returns>An <see cref="ExitCode"/>; whatever keeps it from serving was said on stderr, a line each.</returns>
    public static async Task<int> RunAsync(ServeArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Refusal() is { } refusal) return Refuse(refusal);
        try
        {
            using var folder = DataFolder.Open(arguments.Data);
            var builder = Compose(arguments, folder);
            if (Settings.Failures(builder.Services) is { Count: > 0 } failures) return Refuse([.. failures]);
            await using var app = builder.Build();
            app.MapEdge();
            app.MapMillraceTelemetry();
            await app.StartAsync(cancellationToken);
            Greet(app);
            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is KernelStartException or IOException
            or UnauthorizedAccessException or InvalidDataException)
        {
            return Refuse(exception.Message);
        }
    }

    private static WebApplicationBuilder Compose(ServeArguments arguments, DataFolder folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        Settings.AddFile(builder.Configuration, folder.SettingsPath);
        builder.Configuration.AddInMemoryCollection(FromCommandLine(arguments));
        builder.WebHost.UseUrls(arguments.Urls);
        ConsoleLog.Use(builder.Logging, arguments.JsonLog, LogLevel.Information);
        Settings.AddLimits(builder.Services);
        builder.Services.AddKernelPool();
        builder.Services.AddSingleton<ConvertOrder>(provider => ConvertHere(provider.GetRequiredService<ConvertImage>()));
        builder.Services.AddEdge();
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return builder;
    }

    private static ConvertOrder ConvertHere(ConvertImage convert) =>
        (order, cancellationToken) => convert(order.Request, cancellationToken);

    private static Dictionary<string, string?> FromCommandLine(ServeArguments arguments)
    {
        var settings = new Dictionary<string, string?>();
        if (arguments.Sandbox != SandboxDemand.Required)
            settings["Worker:Pool:Sandbox"] = arguments.Sandbox.ToString();
        if (arguments.Kernels is { } kernels)
        {
            var text = kernels.ToString(CultureInfo.InvariantCulture);
            (settings["Worker:Pool:Kernels"], settings["Edge:Admission:Lanes"]) = (text, text);
        }
        if (Environment.GetEnvironmentVariable("MILLRACE_KERNEL_FAULTS") is { } faults)
            settings["Worker:Pool:FaultSwitch"] = faults;
        return settings;
    }

    private static void Greet(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var address = addresses.First();
        Console.Out.WriteLine(
            $"millrace is ready: curl --data-binary @photo.jpg '{address}/v1/images:convert?width=300&format=webp' "
            + $"-o out.webp (more at {address}/docs)");
    }

    private static int Refuse(params string[] reasons)
    {
        foreach (var reason in reasons)
        {
            Console.Error.WriteLine("millrace: " + reason);
        }
        return ExitCode.Unusable;
    }
}
