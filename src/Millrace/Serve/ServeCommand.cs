using System.CommandLine;
using Millrace.Worker.Pool;

namespace Millrace.Serve;

/// <summary>The command line of <c>millrace serve</c>: everything embedded in one process.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen, separated by semicolons.",
        DefaultValueFactory = _ => "http://127.0.0.1:8080",
    };

    private static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "Folder of this server's state, made if need be; millrace.json in it has its settings.",
        Required = true,
    };

    private static readonly Option<bool> Open = new("--open")
    {
        Description = "Serve everybody without API keys; on loopback addresses only. Required until there are keys.",
    };

    private static readonly Option<int?> Kernels = new("--kernels")
    {
        Description = "Images converted at the same time. Default: one a processor and one more.",
    };

    private static readonly Option<string> Sandbox = SandboxOption();

    private static readonly Option<string> Log = LogOption();

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
                Sandbox = ToDemand(parsed.GetRequiredValue(Sandbox)),
                JsonLog = parsed.GetRequiredValue(Log) == "json",
            },
            cancellationToken));
        return command;
    }

    /// <summary>The option that both commands have.</summary>
    public static Option<string> SandboxOption()
    {
        var option = new Option<string>("--sandbox")
        {
            Description = "Where a sandbox mechanism is missing: refuse to start (required), or go on (best-effort).",
            DefaultValueFactory = _ => "required",
        };
        option.AcceptOnlyFromAmong("required", "best-effort");
        return option;
    }

    /// <summary>The demand that the option's text stands for.</summary>
    public static SandboxDemand ToDemand(string text) =>
        text == "best-effort" ? SandboxDemand.BestEffort : SandboxDemand.Required;

    private static Option<string> LogOption()
    {
        var option = new Option<string>("--log")
        {
            Description = "Form of the log on stderr: text or json.",
            DefaultValueFactory = _ => "text",
        };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}
