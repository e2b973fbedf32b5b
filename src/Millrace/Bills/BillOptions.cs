using System.CommandLine;
using System.CommandLine.Parsing;
using Millrace.Billing;
using Millrace.Roles;

namespace Millrace.Bills;

/// <summary>Options of billing's commands.</summary>
internal static class BillOptions
{
    public static readonly Option<FileInfo?> SettingsFile = Shared(RoleOptions.SettingsFile());

    public static readonly Option<DirectoryInfo?> Data = Shared(new Option<DirectoryInfo?>("--data")
    {
        Description = "Folder of a server on this machine. Either this or --settings.",
    });

    public static readonly Option<FileInfo?> Plans = Shared(new Option<FileInfo?>("--plans")
    {
        Description = "JSON file with plans and who has them (docs/billing.md). Default: as the settings say.",
    });

    /// <summary>Where the command finds everything.</summary>
    public static BillArguments Read(ParseResult parsed) => new()
    {
        SettingsPath = parsed.GetValue(SettingsFile)?.FullName,
        Data = parsed.GetValue(Data),
        PlansPath = parsed.GetValue(Plans)?.FullName,
    };

    public static Period? ParsePeriod(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (Period.TryParse(text, out var period)) return period;
        result.AddError($"'{text}' is no month; use one such as 2026-11.");
        return null;
    }

    private static Option<T> Shared<T>(Option<T> option)
    {
        option.Recursive = true;
        return option;
    }
}
