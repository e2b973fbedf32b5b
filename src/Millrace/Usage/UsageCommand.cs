using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Millrace.Roles;

namespace Millrace.Usage;

/// <summary><c>millrace usage export</c>: usage for whoever bills elsewhere.</summary>
internal static class UsageCommand
{
    private static readonly Option<DateTimeOffset> From = Time("--from", "First time, such as 2026-11-25.");
    private static readonly Option<DateTimeOffset> To =
        Time("--to", "First time that is not wanted, such as 2026-11-25T12:00:00Z.");

    private static readonly Option<string> Form = OneOf(
        "--form", "openmeter: CloudEvents 1.0 as OpenMeter takes them. stripe: meter events of Stripe's API v2.",
        null, "openmeter", "stripe");

    private static readonly Option<string?> Tenant = new("--tenant") { Description = "Whose. Default: everybody's." };

    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder of a server on this machine, whose ledger is read. Either this or --settings.",
    };

    private static readonly Option<FileInfo?> SettingsFile = new("--settings")
    {
        Description = "JSON file with settings that name the ledger; the environment goes before it.",
    };

    private static readonly Option<Uri> Post = RoleOptions.Address(
        "--post", "Where the events are posted. Without it they are lines of JSON on stdout.");

    private static readonly Option<FileInfo?> TokenFile = new("--token-file")
    {
        Description = "File with the token that posts carry as Authorization: Bearer.",
    };

    private static readonly Option<string[]> Headers = new("--header")
    {
        Description = "Further header of posts, 'name: value'; may be given more than once.",
    };

    private static readonly Option<string?> EventName = new("--event-name")
    {
        Description = "What the events are called. Default: millrace.usage, of stripe millrace_billable.",
    };

    private static readonly Option<string> Source = new("--source")
    {
        Description = "Source of CloudEvents: a URI or a part of one. Keep it: with the id it tells events apart.",
        DefaultValueFactory = _ => "/millrace",
    };

    private static readonly Option<string> Value = OneOf(
        "--value", "What a meter of stripe counts.", "billable", "billable", "answers", "bytes-in", "bytes-out",
        "pixels");

    private static readonly Option<FileInfo?> Customers = new("--customers")
    {
        Description = "JSON object from tenants to Stripe's customers. Default: tenants are named as they are here.",
    };

    private static readonly Option<bool> EvenIfIncomplete = new("--even-if-incomplete")
    {
        Description = "Also a time of which the ledger does not have everything yet.",
    };

    private static readonly Option<int> Patience = new("--patience")
    {
        Description = "Seconds for which a post is tried again, 1 to 86400.",
        DefaultValueFactory = _ => 300,
    };

    public static Command Create()
    {
        Patience.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 86_400) result.AddError("--patience: use 1 to 86400.");
        });
        EventName.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } name && name.Length is 0 or > ExportForm.StripeNameMax)
                result.AddError("--event-name: use 1 to 100 characters.");
        });
        var export = new Command("export", "Tells usage, row by row, to whoever bills elsewhere.")
        {
            From, To, Form, Tenant, Data, SettingsFile, Post, TokenFile, Headers, EventName, Source, Value, Customers,
            EvenIfIncomplete, Patience,
        };
        export.SetAction((parsed, cancellationToken) => Export.RunAsync(Read(parsed), cancellationToken));
        return new Command("usage", "What tenants have used.") { export };
    }

    private static ExportArguments Read(ParseResult parsed) => new()
    {
        From = parsed.GetRequiredValue(From),
        To = parsed.GetRequiredValue(To),
        Form = parsed.GetRequiredValue(Form),
        Tenant = parsed.GetValue(Tenant),
        Data = parsed.GetValue(Data),
        SettingsFile = parsed.GetValue(SettingsFile),
        Post = parsed.GetValue(Post),
        TokenFile = parsed.GetValue(TokenFile),
        Headers = parsed.GetValue(Headers) ?? [],
        EventName = parsed.GetValue(EventName),
        Source = parsed.GetRequiredValue(Source),
        Value = parsed.GetRequiredValue(Value),
        Customers = parsed.GetValue(Customers),
        EvenIfIncomplete = parsed.GetValue(EvenIfIncomplete),
        Patience = TimeSpan.FromSeconds(parsed.GetValue(Patience)),
    };

    private static Option<string> OneOf(string name, string description, string? otherwise, params string[] allowed)
    {
        var option = new Option<string>(name) { Description = description, Required = otherwise is null };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise;
        option.AcceptOnlyFromAmong(allowed);
        return option;
    }

    // Without an offset it is of UTC, wherever it is typed.
    private static Option<DateTimeOffset> Time(string name, string description) => new(name)
    {
        Description = description,
        Required = true,
        CustomParser = result => Parse(result, name),
    };

    private static DateTimeOffset Parse(ArgumentResult result, string name)
    {
        var text = result.Tokens.Single().Value;
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, utc, out var time)) return time;
        result.AddError($"{name}: '{text}' is no time; use one such as 2026-11-25 or 2026-11-25T12:00:00Z.");
        return default;
    }
}
