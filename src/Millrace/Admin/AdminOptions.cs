using System.CommandLine;
using Millrace.Roles;
using Millrace.Serve;

namespace Millrace.Admin;

/// <summary>Which management the command line means, and how it answers; the same for tenants, keys and plans.</summary>
internal static class AdminOptions
{
    private const string AddressVariable = "MILLRACE_MANAGEMENT";
    private const string TokenVariable = "MILLRACE_TOKEN";

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder of a server of this machine (serve --data); it knows address and token.",
        Recursive = true,
    };

    private static readonly Option<Uri> Management = RoleOptions.Address(
        "--management", $"Address of management. Default: what {AddressVariable} has.");

    private static readonly Option<FileInfo?> TokenFile = new("--token-file")
    {
        Description = $"File with the operator's token in its first line. Default: what {TokenVariable} has.",
        Recursive = true,
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the answer as it is, and no table.",
        Recursive = true,
    };

    /// <summary>Adds them to a command and all below it.</summary>
    public static Command With(Command command)
    {
        Management.Recursive = true;
        foreach (Option option in (Option[])[Data, Management, TokenFile, Json]) command.Add(option);
        return command;
    }

    /// <summary>Asks management, and says what went wrong.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(ParseResult parsed, Func<AdminClient, Task<int>> act) =>
        RoleHost.GuardAsync(async () =>
        {
            var (address, token) = Find(parsed);
            using var client = new AdminClient(address, token, parsed.GetValue(Json));
            return await client.GuardAsync(act);
        });

    private static (Uri Address, string Token) Find(ParseResult parsed)
    {
        if (parsed.GetValue(Data) is { } data)
        {
            var (address, file) = DataFolder.ManagementOf(data);
            return (address, Read(file));
        }
        var asked = parsed.GetValue(Management) ?? Address(Environment.GetEnvironmentVariable(AddressVariable));
        var token = parsed.GetValue(TokenFile) is { } tokenFile
            ? Read(tokenFile.FullName)
            : Environment.GetEnvironmentVariable(TokenVariable);
        return asked is not null && !string.IsNullOrWhiteSpace(token) ? (asked, token.Trim()) : throw new
            InvalidDataException("Name the server: either --data DIR, or --management URL with --token-file FILE "
            + $"(or {AddressVariable} and {TokenVariable} in the environment).");
    }

    private static Uri? Address(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : null;

    private static string Read(string file) => File.ReadLines(file).FirstOrDefault("").Trim() is { Length: > 0 } token
        ? token
        : throw new InvalidDataException($"'{file}' has no token in its first line.");
}
