using System.CommandLine;
using System.CommandLine.Parsing;
using Millrace.Worker.Pool;

namespace Millrace.Roles;

/// <summary>Options that several roles have.</summary>
internal static class RoleOptions
{
    public static Option<string> Urls(string description, string address) => new("--urls")
    {
        Description = description,
        DefaultValueFactory = _ => address,
    };

    /// <summary>An address of a server; the library reads no URIs by itself.</summary>
    public static Option<Uri> Address(string name, string description, string? address = null)
    {
        var option = new Option<Uri>(name) { Description = description, CustomParser = ParseAddress };
        if (address is not null) option.DefaultValueFactory = _ => new Uri(address);
        return option;
    }

    private static Uri? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        var isAddress = Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
        if (!isAddress) result.AddError($"'{text}' is no address; use one such as http://127.0.0.1:8080.");
        return isAddress ? address : null;
    }

    public static Option<bool> Open() => new("--open")
    {
        Description = "Serve everybody without API keys; on loopback addresses only.",
    };

    public static Option<int?> Kernels() => new("--kernels")
    {
        Description = "Images converted at the same time. Default: one a processor and one more.",
    };

    public static Option<string?> Name() => new("--name")
    {
        Description = "What this process is called in logs and lists. Default: the machine's name.",
    };

    public static Option<string> Brokers() => new("--brokers")
    {
        Description = "Every RabbitMQ node, amqp://host:port or amqps://host:port, separated by semicolons. User and "
            + "password come from MILLRACE_RABBIT_USER and MILLRACE_RABBIT_PASSWORD, or files named in the settings.",
        Required = true,
    };

    public static Option<FileInfo> SecretFile() => new("--secret-file")
    {
        Description = "File with the secret that edges and workers of a region share; at least 32 characters.",
        Required = true,
    };

    public static Option<FileInfo?> SettingsFile() => new("--settings")
    {
        Description = "JSON file with settings; the environment and the command line go before it.",
    };

    public static Option<string> Sandbox()
    {
        var option = new Option<string>("--sandbox")
        {
            Description = "Where a sandbox mechanism is missing: refuse to start (required), or go on (best-effort).",
            DefaultValueFactory = _ => "required",
        };
        option.AcceptOnlyFromAmong("required", "best-effort");
        return option;
    }

    public static Option<string> Log()
    {
        var option = new Option<string>("--log")
        {
            Description = "Form of the log on stderr: text or json.",
            DefaultValueFactory = _ => "text",
        };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }

    /// <summary>The demand that the sandbox option's text stands for.</summary>
    public static SandboxDemand ToDemand(string text) =>
        text == "best-effort" ? SandboxDemand.BestEffort : SandboxDemand.Required;
}
