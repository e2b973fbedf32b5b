using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Millrace.Core.Usage;
using Millrace.Jobs;
using Millrace.Roles;
using Millrace.Serve;

namespace Millrace.Usage;

/// <summary>Tells a ledger's rows to whoever bills elsewhere.</summary>
internal static class Export
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RangeMax = TimeSpan.FromDays(400);

    /// <summary>Epochs that ended before have delivered all they had.</summary>
    private static readonly TimeSpan EndedFor = TimeSpan.FromDays(1);

    /// <summary>Exports; what keeps it from that is said on stderr.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(ExportArguments arguments, CancellationToken cancellationToken) =>
        RoleHost.GuardAsync(async () =>
        {
            var builder = Compose(arguments);
            if (!Ledgers.Add(builder))
                return RoleHost.Refuse("The settings name no usage ledger; see Ledger:Kind in docs/operations.md.");
            if (Settings.Failures(builder.Services) is { Count: > 0 } failures) return RoleHost.Refuse([.. failures]);
            await using var app = builder.Build();
            if (await RefusalAsync(arguments, app.Services, cancellationToken) is { } refusal)
                return RoleHost.Refuse(refusal);
            try
            {
                return await TellAsync(arguments, app.Services.GetRequiredService<IUsageRows>(), cancellationToken);
            }
            catch (Exception exception) when (exception is TimeoutException or RefusedException)
            {
                // What was told before stays told; again it is known by its ids.
                RoleHost.Refuse(exception.Message);
                return ExitCode.Failed;
            }
        });

    private static WebApplicationBuilder Compose(ExportArguments arguments)
    {
        var builder = Settings.Builder();
        ConsoleLog.Use(builder.Logging, asJson: false, LogLevel.Warning);
        if (arguments.SettingsFile is { } file) Settings.AddFile(builder.Configuration, file.FullName);
        if (arguments.Data is not { } data) return builder;
        Settings.AddFile(builder.Configuration, DataFolder.SettingsOf(data.FullName));
        builder.Configuration.AddInMemoryCollection(
            [new("Ledger:Sqlite:Folder", DataFolder.LedgerOf(data.FullName))]);
        return builder;
    }

    // Late rows of a time that was exported would never be told, so a time is told once it is complete.
    private static async Task<string?> RefusalAsync(
        ExportArguments arguments, IServiceProvider services, CancellationToken cancellationToken)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (arguments.From >= arguments.To) return "--from: it is not before --to.";
        if (arguments.To - arguments.From > RangeMax) return "--from: it is more than 400 days before --to.";
        if (FormOf(arguments, []).AgeMax is { } age && now - arguments.From > age)
            return $"--from: {arguments.Form} takes nothing older than {age.TotalDays:0} days.";
        if (arguments.EvenIfIncomplete) return null;
        var ledger = services.GetRequiredService<IUsageLedger>();
        var epochs = await ledger.EpochsAsync(now - EndedFor, cancellationToken).ToListAsync(cancellationToken);
        var freshness = UsageFreshness.Of(epochs, now);
        return freshness.CompleteUntil >= arguments.To ? null : Incomplete(freshness);
    }

    private static string Incomplete(UsageFreshness freshness)
    {
        var until = freshness.CompleteUntil is { } time ? $"until {time.UtcDateTime:u}" : "for no time";
        var behind = freshness.Behind.Count == 0
            ? ""
            : $" Behind are {string.Join(", ", freshness.Behind.Select(one => one.Recorder))}.";
        return $"The ledger is complete {until} only; export less, wait, or say --even-if-incomplete.{behind}";
    }

    private static async Task<int> TellAsync(
        ExportArguments arguments, IUsageRows rows, CancellationToken cancellationToken)
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var form = FormOf(arguments, unknown);
        using var client = ClientOf(arguments);
        var target = client is null
            ? null
            : new ExportTarget(
                client, form, arguments.Patience, TimeProvider.System,
                new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
        var told = 0L;
        await foreach (var row in rows.RowsAsync(arguments.Tenant, arguments.From, arguments.To, cancellationToken))
        {
            if (form.Line(row) is not { } line) continue;
            if (target is null) await Console.Out.WriteLineAsync(line.AsMemory(), cancellationToken);
            else await target.AddAsync(line, cancellationToken);
            told++;
        }
        if (target is not null) await target.FlushAsync(cancellationToken);
        await Console.Error.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"millrace: {told} events were told.").AsMemory(),
            cancellationToken);
        if (unknown.Count == 0) return ExitCode.Done;
        RoleHost.Refuse([.. unknown.Select(tenant => $"--customers: tenant '{tenant}' is not in it and left out.")]);
        return ExitCode.Failed;
    }

    private static ExportForm FormOf(ExportArguments arguments, SortedSet<string> unknown)
    {
        if (arguments.Form == "openmeter")
            return ExportForm.OpenMeter(arguments.EventName ?? "millrace.usage", arguments.Source);
        var customers = CustomersOf(arguments);
        string? CustomerOf(string tenant)
        {
            if (customers is null) return tenant;
            if (!customers.TryGetValue(tenant, out var customer)) unknown.Add(tenant);
            return customer;
        }

        return ExportForm.Stripe(arguments.EventName ?? "millrace_billable", ValueOf(arguments.Value), CustomerOf);
    }

    private static Func<UsageSum, long> ValueOf(string name) => name switch
    {
        "answers" => sum => sum.Answers,
        "bytes-in" => sum => sum.BytesIn,
        "bytes-out" => sum => sum.BytesOut,
        "pixels" => sum => sum.Pixels,
        _ => sum => sum.Billable,
    };

    private static Dictionary<string, string>? CustomersOf(ExportArguments arguments)
    {
        if (arguments.Customers is not { } file) return null;
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file.FullName));
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"--customers: '{file.FullName}' is no JSON object of tenants and their customers: {exception.Message}",
                exception);
        }
    }

    private static HttpClient? ClientOf(ExportArguments arguments)
    {
        if (arguments.Post is not { } address) return null;
        var client = new HttpClient { BaseAddress = address, Timeout = AnswerTimeout };
        if (arguments.TokenFile is { } file)
        {
            var token = File.ReadLines(file.FullName).FirstOrDefault("").Trim();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        foreach (var header in arguments.Headers)
        {
            var parts = header.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !client.DefaultRequestHeaders.TryAddWithoutValidation(parts[0], parts[1]))
                throw new InvalidDataException($"--header: '{header}' is not name: value.");
        }
        return client;
    }
}
