using System.CommandLine;
using Millrace.Roles;

namespace Millrace.Doctor;

/// <summary>
/// <c>millrace doctor</c>: looks at what a member stands on, before it is started or while others run, and says what is
/// not as it should be and what to do.
/// </summary>
internal static class DoctorCommand
{
    private static readonly Option<FileInfo?> SettingsFile = RoleOptions.SettingsFile();

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder of a server on this machine (millrace serve).",
    };

    private static readonly Option<string?> Brokers = new("--brokers")
    {
        Description = "Every RabbitMQ node, as members are given them; their queues are looked at too.",
    };

    private static readonly Option<string?> Management = new("--management")
    {
        Description = "Where management is, several divided by commas; with --secret-file its feed is asked.",
    };

    private static readonly Option<FileInfo?> SecretFile = new("--secret-file")
    {
        Description = "File with the secret of the region.",
    };

    private static readonly Option<string?> Members = new("--members")
    {
        Description = "Addresses of members that run, several divided by commas: edges, and the health addresses of "
            + "workers, senders, management and billing.",
    };

    public static Command Create()
    {
        var command = new Command(
            "doctor", "Looks at engines, disks, clocks, sandbox and members, and says what is not well.")
        {
            SettingsFile, Data, Brokers, Management, SecretFile, Members,
        };
        command.SetAction((parsed, cancellationToken) => RoleHost.GuardAsync(
            () => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var arguments = new DoctorArguments
        {
            SettingsPath = parsed.GetValue(SettingsFile)?.FullName,
            Data = parsed.GetValue(Data)?.FullName,
            Brokers = parsed.GetValue(Brokers),
            Management = parsed.GetValue(Management),
            SecretPath = parsed.GetValue(SecretFile)?.FullName,
            Members = parsed.GetValue(Members),
        };
        if (arguments.Data is { } data && !Directory.Exists(data))
            return RoleHost.Refuse($"--data: there is no folder '{data}'.");
        if (arguments.MemberAddresses() is not { } members)
            return RoleHost.Refuse("--members: each must be http://host:port or https://host:port.");
        var worst = Grade.Well;
        await foreach (var finding in new Examination(arguments, members).RunAsync(cancellationToken))
        {
            Console.Out.WriteLine($"{Mark(finding.Grade)} {finding.Part}: {finding.Text}");
            if (finding.Grade > worst) worst = finding.Grade;
        }
        return worst == Grade.Bad ? ExitCode.Failed : ExitCode.Done;
    }

    private static string Mark(Grade grade) => grade switch
    {
        Grade.Well => "ok  ",
        Grade.Poor => "POOR",
        _ => "BAD ",
    };
}

/// <summary>What is to be looked at.</summary>
internal sealed record DoctorArguments
{
    /// <summary>JSON with settings; null: none.</summary>
    public string? SettingsPath { get; init; }

    /// <summary>Folder of a server; null: none.</summary>
    public string? Data { get; init; }

    /// <summary>Nodes of RabbitMQ, with semicolons between; null: none.</summary>
    public string? Brokers { get; init; }

    /// <summary>Addresses of management, with commas between; null: none.</summary>
    public string? Management { get; init; }

    /// <summary>File of the region's secret; null: none.</summary>
    public string? SecretPath { get; init; }

    /// <summary>Addresses of members, with commas between; null: none.</summary>
    public string? Members { get; init; }

    /// <summary>All members', management's too; null when one is no address.</summary>
    public IReadOnlyList<Uri>? MemberAddresses()
    {
        var addresses = new List<Uri>();
        foreach (var text in Parts(Members).Concat(Parts(Management)))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                return null;
            addresses.Add(address);
        }
        return addresses;
    }

    /// <summary>The parts of a list with commas.</summary>
    public static IReadOnlyList<string> Parts(string? text) =>
        text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
