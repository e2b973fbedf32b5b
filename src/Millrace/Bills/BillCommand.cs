using System.CommandLine;
using Millrace.Billing;
using Millrace.Billing.Sealing;
using Millrace.Core.Promises;
using Millrace.Edge.Telemetry;
using Millrace.Roles;

namespace Millrace.Bills;

/// <summary>
/// <c>millrace bill</c>: without a month the role, which seals hours as they can be; with one, that month's invoices.
/// </summary>
internal static class BillCommand
{
    private static readonly Option<Period?> Month = new("--period")
    {
        Description = "Bill this month, such as 2026-11, and end. Billed again, it gives the same bytes.",
        CustomParser = BillOptions.ParsePeriod,
    };

    private static readonly Option<string?> Tenant = new("--tenant")
    {
        Description = "Whose invoices go to --out. A month is billed as a whole: its numbers have no gaps.",
    };

    private static readonly Option<DirectoryInfo?> Out = new("--out")
    {
        Description = "Folder for invoices as JSON, CSV and HTML, and for the month's report. They are stored anyway.",
    };

    private static readonly Option<string> Urls =
        RoleOptions.Urls("Where the role answers health and metrics.", "http://127.0.0.1:9400");

    private static readonly Option<string> Log = RoleOptions.Log();

    private static readonly Option<Period?> Compared = new("--period")
    {
        Description = "The month, such as 2026-11.",
        Required = true,
        CustomParser = BillOptions.ParsePeriod,
    };

    private static readonly Argument<string> Recorder = new("recorder") { Description = "Who recorded them." };
    private static readonly Argument<long> Epoch = new("epoch") { Description = "Its boot, as bill status has it." };

    private static readonly Argument<string?> Range = new("range")
    {
        Description = "FROM-TO: which sequences. Default: all that are missing, and nothing more is awaited.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Reason = new("--reason")
    {
        Description = "Why they are lost; stands on the month's report.",
        Required = true,
    };

    private static readonly Option<string> Operator = new("--operator")
    {
        Description = "Who says so. Default: the user's name.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    public static Command Create()
    {
        var command = new Command("bill", "Seals hours of usage, and bills months.")
        {
            Month, Tenant, Out, Urls, Log, BillOptions.SettingsFile, BillOptions.Data, BillOptions.Plans,
            Act("seal", "Seals every hour that can be sealed, and ends.", (office, _, token) =>
                office.SealAsync(Progress(), token)),
            Act("status", "Tells what is sealed, what waits for whom, and what was declared lost.",
                (office, _, token) => office.StatusAsync(token)),
            DeclareLost(),
            Reconcile(),
        };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(Month) is { } month
            ? BillHost.RunAsync(
                BillOptions.Read(parsed),
                office => office.BillAsync(
                    month, parsed.GetValue(Tenant), parsed.GetValue(Out)?.FullName, cancellationToken),
                cancellationToken)
            : RoleHost.GuardAsync(() => RunRoleAsync(parsed, cancellationToken)));
        return command;
    }

    private static Command DeclareLost()
    {
        var command = Act("declare-lost", "Writes down that records are lost, so that hours can be sealed.",
            (office, parsed, token) => office.DeclareLostAsync(
                parsed.GetRequiredValue(Recorder), parsed.GetRequiredValue(Epoch), parsed.GetValue(Range),
                parsed.GetRequiredValue(Reason), parsed.GetRequiredValue(Operator), token));
        command.Add(Recorder);
        command.Add(Epoch);
        command.Add(Range);
        command.Add(Reason);
        command.Add(Operator);
        return command;
    }

    private static Command Reconcile()
    {
        var command = Act("reconcile", "Holds a month's seals against the usage ledger, to the unit.",
            (office, parsed, token) => office.ReconcileAsync(parsed.GetRequiredValue(Compared)!.Value, token));
        command.Add(Compared);
        return command;
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

    // On a terminal only: a line that is written over.
    private static Progress<SealProgress>? Progress() => Console.IsErrorRedirected
        ? null
        : new Progress<SealProgress>(step => Console.Error.Write(
            $"\r{step.Hour.UtcDateTime:yyyy-MM-dd HH}h: {step.Staging.Done} of {step.Staging.Total} segments  "));

    private static async Task<int> RunRoleAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var arguments = BillOptions.Read(parsed) with { JsonLog = parsed.GetRequiredValue(Log) == "json" };
        var builder = BillHost.Compose(arguments, LogLevel.Information);
        builder.WebHost.UseUrls(parsed.GetRequiredValue(Urls));
        builder.Services.AddSingleton<LiveAnswers>();
        builder.Services.AddBillingLoop();
        builder.Services.AddMillraceTelemetry(builder.Configuration);
        return await RoleHost.RunAsync(builder, Map, Greeting, cancellationToken);
    }

    private static void Map(WebApplication app)
    {
        app.MapMillraceTelemetry();
        app.MapService(ServiceDefinition.Billing);
        app.MapGet("/health/live", () => Results.Text("ok\n"));
        app.MapGet("/health/ready", (BillingHealth health) => health.Unready is { } reason
            ? Results.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok\n"));
    }

    private static string Greeting(WebApplication app, string address) =>
        $"millrace bill is ready: health and metrics at {address}";
}
