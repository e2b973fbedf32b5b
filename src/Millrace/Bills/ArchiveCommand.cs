using System.CommandLine;
using System.Globalization;
using Millrace.Billing;

namespace Millrace.Bills;

/// <summary><c>millrace archive</c>: raw usage that is old, packed away and brought back.</summary>
internal static class ArchiveCommand
{
    private static readonly Option<string> First = Day("--date", "The day, such as 2026-08-01.", isRequired: true);
    private static readonly Option<string> Last = Day("--until", "The last day. Default: the same.", isRequired: false);

    public static Command Create()
    {
        var restore = Act("restore", "Brings days back to where billing reads them.", (office, parsed, token) =>
            office.RestoreAsync(
                parsed.GetRequiredValue(First), parsed.GetValue(Last) ?? parsed.GetRequiredValue(First), token));
        restore.Add(First);
        restore.Add(Last);
        return new Command("archive", "Old raw usage in the cold store.")
        {
            BillOptions.SettingsFile, BillOptions.Data, BillOptions.Plans, restore,
            Act("run", "Packs days that are old enough and billed, verifies them, and removes the hot copies.",
                (office, _, token) => office.ArchiveAsync(token)),
            Act("verify", "Reads the whole archive, and names what is missing or was altered.",
                (office, _, token) => office.VerifyAsync(Tell, token)),
            Act("report", "Lists what is in the archive.", (office, _, token) => office.ArchiveReportAsync(token)),
        };
    }

    private static void Tell(string day)
    {
        if (!Console.IsErrorRedirected) Console.Error.Write($"\r{day}  ");
    }

    private static Command Act(
        string name, string description,
        Func<BillingOffice, ParseResult, CancellationToken, Task<OfficeReport>> act)
    {
        var command = new Command(name, description);
        command.SetAction((parsed, cancellationToken) => BillHost.RunAsync(
            BillOptions.Read(parsed), office => act(office, parsed, cancellationToken), cancellationToken));
        return command;
    }

    private static Option<string> Day(string name, string description, bool isRequired)
    {
        var option = new Option<string>(name) { Description = description, Required = isRequired };
        option.Validators.Add(result =>
        {
            var text = result.Tokens.SingleOrDefault()?.Value;
            if (text is not null && !IsDay(text))
                result.AddError($"{name}: '{text}' is no day; use one such as 2026-08-01.");
        });
        return option;
    }

    private static bool IsDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
