using System.CommandLine;
using System.Globalization;

namespace Millrace.Roles;

/// <summary>Options of roles that follow management: where it is, and where its tenants and keys are kept.</summary>
internal sealed class FollowerOptions
{
    private readonly Option<string?> _management = new("--management")
    {
        Description = "Where management is, http://host:port or https://host:port; several divided by commas. Needed "
            + "without --open.",
    };

    private readonly Option<DirectoryInfo?> _folder = new("--identity")
    {
        Description = "Folder of this process's copy of tenants and keys, made if need be: with it the process can "
            + "start while management is away.",
    };

    /// <summary>Gives them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_management);
        command.Add(_folder);
    }

    /// <summary>Writes what was given as settings.</summary>
    /// <param name="settings">Of the role.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="secretFile">Of the region; null when it is not given.</param>
    public void Write(Dictionary<string, string?> settings, ParseResult parsed, FileInfo? secretFile)
    {
        if (secretFile is not null) settings["Identity:Feed:SecretFile"] = secretFile.FullName;
        if (parsed.GetValue(_folder) is { } folder) settings["Identity:Folder"] = folder.FullName;
        var addresses = parsed.GetValue(_management)?.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (var (index, address) in addresses.Index())
            settings[string.Create(CultureInfo.InvariantCulture, $"Identity:Feed:Addresses:{index}")] = address;
    }
}
