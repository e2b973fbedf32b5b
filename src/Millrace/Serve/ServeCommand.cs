using System.CommandLine;
using Millrace.Roles;

namespace Millrace.Serve;

/// <summary>The command line of <c>millrace serve</c>: everything embedded in one process.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Urls =
        RoleOptions.Urls("Where to listen, separated by semicolons.", "http://127.0.0.1:8080");

    private static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "Folder of this server's state, made if need be; millrace.json in it has its settings.",
        Required = true,
    };

    private static readonly Option<bool> Open = RoleOptions.Open();

    private static readonly Option<int?> Kernels = RoleOptions.Kernels();

    private static readonly Option<string> Sandbox = RoleOptions.Sandbox();

    private static readonly Option<string> Log = RoleOptions.Log();

    public static Command Create()
    {
        var command = new Command("serve", "Starts the whole service in this process, without any server to install.")
        {
            Urls, Data, Open, Kernels, Sandbox, Log,
        };
        command.SetAction((parsed, cancellationToken) => Server.RunAsync(
            new ServeArguments
            {
                Urls = parsed.GetRequiredValue(Urls),
                Data = parsed.GetRequiredValue(Data),
                Open = parsed.GetValue(Open),
                Kernels = parsed.GetValue(Kernels),
                Sandbox = RoleOptions.ToDemand(parsed.GetRequiredValue(Sandbox)),
                JsonLog = parsed.GetRequiredValue(Log) == "json",
            },
            cancellationToken));
        return command;
    }
}
