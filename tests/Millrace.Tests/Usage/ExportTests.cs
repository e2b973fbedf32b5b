using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Contracts.Usage;
using Millrace.Core.Usage;
using Millrace.Ledger;
using Millrace.Ledger.Sqlite;

namespace Millrace.Tests.Usage;

/// <summary><c>millrace usage export</c>, beside a process that has the ledger open.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private const int Minutes = 130;

    private readonly TemporaryFolder _data = new();
    private readonly DateTimeOffset _from =
        UsagePeriods.Floor(TimeProvider.System.GetUtcNow().AddDays(-1), TimeSpan.FromHours(1));

    private SqliteLedger _ledger = null!;
    private OpenLedger _both = null!;

    private DateTimeOffset To => _from.AddMinutes(Minutes);

    public async ValueTask InitializeAsync()
    {
        var options = Options.Create(new SqliteLedgerOptions { Folder = _data["ledger"] });
        _ledger = new SqliteLedger(
            options, new LedgerHealth(), TimeProvider.System, NullLogger<SqliteLedger>.Instance);
        await _ledger.StartAsync(CancellationToken.None);
        _both = new OpenLedger(_ledger, _ledger);
        var sums = Enumerable.Range(0, Minutes).SelectMany(minute => new[]
        {
            Batches.Sum("a", _from.AddMinutes(minute), minute), Batches.Sum("b", _from.AddMinutes(minute), 4),
        });
        await _both.PutAsync(Batches.Of("edge-1", 1, [.. sums], [Batches.Job("a", _from, 1, results: 3)]));
        await _both.PutAsync(Epoch("edge-1", To.AddHours(1)));
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Export_ForOpenMeter_IsALineOfCloudEventsForEachRow()
    {
        var (exitCode, events, errors) = await ExportAsync("--form", "openmeter");
        var (_, again, _) = await ExportAsync("--form", "openmeter");

        Assert.True(exitCode == 0, errors);
        Assert.Equal((2 * Minutes) + 1, events.Count);
        Assert.Equal(events.Select(one => one.GetRawText()), again.Select(one => one.GetRawText()));
        Assert.Equal(events.Count, events.Select(one => Text(one, "id")).Distinct().Count());
        Assert.All(events, CheckCloudEvent);
        Assert.Equal(await SumAsync("a"), events.Where(one => Text(one, "subject") == "a").Sum(Billable));
        Assert.Contains("261 events were told", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_OfATenant_HasNothingOfAnothers()
    {
        var (_, events, _) = await ExportAsync("--form", "openmeter", "--tenant", "b", "--event-name", "images");

        Assert.Equal(Minutes, events.Count);
        Assert.All(events, one => Assert.Equal(("b", "images"), (Text(one, "subject"), Text(one, "type"))));
    }

    [Fact]
    public async Task Export_ForStripe_IsALineOfMeterEventsForEachRowThatCounts()
    {
        var customers = _data.Write("customers.json", Encoding.UTF8.GetBytes("""{"a": "cus_1"}"""));

        var (exitCode, events, errors) = await ExportAsync("--form", "stripe", "--customers", customers);

        Assert.Equal(1, exitCode);
        Assert.Contains("tenant 'b' is not in it", errors, StringComparison.Ordinal);
        Assert.All(events, CheckMeterEvent);
        Assert.Equal(await SumAsync("a"), events.Sum(Value));
        Assert.All(events, one => Assert.Equal("cus_1", Text(one.GetProperty("payload"), "stripe_customer_id")));
        Assert.DoesNotContain(events, one => Value(one) == 0);
    }

    [Fact]
    public async Task Post_ToAReceiverThatFailsNowAndThen_TellsEachEventAtLeastOnceWithItsId()
    {
        var taken = new Dictionary<string, long>();
        await using var receiver = await EventReceiver.OpenAsync((number, body, context) =>
        {
            context.Response.StatusCode = number % 3 == 1 ? 503 : 204;
            if (number % 3 != 1) Take(taken, body);
            if (number % 3 == 2) context.Abort();
            return Task.CompletedTask;
        });
        var token = _data.Write("token", "secret-token\n"u8.ToArray());

        var (exitCode, lines, errors) = await ExportAsync(
            "--form", "openmeter", "--post", receiver.Address, "--token-file", token);

        Assert.True(exitCode == 0, errors);
        Assert.Empty(lines);
        Assert.Equal((2 * Minutes) + 1, taken.Count);
        Assert.Equal(await SumAsync("a") + await SumAsync("b"), taken.Values.Sum());
        Assert.All(receiver.Posts, post => Assert.Equal(
            ("application/cloudevents-batch+json", "Bearer secret-token"), (post.Type, post.Authorization)));
        Assert.All(receiver.Posts, post => Assert.InRange(post.Body.GetArrayLength(), 1, 100));
    }

    [Theory]
    [InlineData("""{"error":{"code":"duplicate_meter_event","message":"It is there."}}""")]
    [InlineData("""{"error":{"message":"An event already exists with identifier x."}}""")]
    public async Task Post_OfAnEventThatStripeKnows_GoesOn(string refusal)
    {
        await using var receiver = await EventReceiver.OpenAsync((number, _, context) =>
        {
            context.Response.StatusCode = number == 1 ? 409 : 400;
            return context.Response.WriteAsync(refusal);
        });

        var (exitCode, _, errors) = await ExportAsync(
            "--form", "stripe", "--value", "answers", "--tenant", "b", "--post", receiver.Address,
            "--header", "Stripe-Version: 2025-09-30.clover");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(Minutes + 1, receiver.Posts.Count);
        Assert.All(receiver.Posts, post => Assert.Equal(
            ("application/json", "2025-09-30.clover"), (post.Type, post.Version)));
        Assert.All(receiver.Posts, post => CheckMeterEvent(post.Body));
    }

    [Fact]
    public async Task Post_ToAReceiverThatRefuses_EndsAndSaysWhy()
    {
        await using var receiver = await EventReceiver.OpenAsync((_, _, context) =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync("no such meter");
        });

        var (exitCode, _, errors) = await ExportAsync("--form", "openmeter", "--post", receiver.Address);

        Assert.Equal(1, exitCode);
        Assert.Contains("no such meter", errors, StringComparison.Ordinal);
        Assert.Single(receiver.Posts);
    }

    [Fact]
    public async Task Post_ToNobody_EndsOncePatienceDoes()
    {
        var (exitCode, _, errors) = await ExportAsync(
            "--form", "openmeter", "--post", "http://127.0.0.1:9/", "--patience", "1");

        Assert.Equal(1, exitCode);
        Assert.Contains("does not take events, tried for 1 s", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_OfATimeThatIsNotComplete_IsRefusedAndNamesWhoIsBehind()
    {
        await _both.PutAsync(Epoch("edge-2", _from.AddMinutes(5)));

        var (exitCode, events, errors) = await ExportAsync("--form", "openmeter");
        var (evenSo, all, _) = await ExportAsync("--form", "openmeter", "--even-if-incomplete");

        Assert.Equal((2, 0), (exitCode, events.Count));
        Assert.Contains("Behind are edge-2", errors, StringComparison.Ordinal);
        Assert.Equal((0, (2 * Minutes) + 1), (evenSo, all.Count));
    }

    [Theory]
    [InlineData("is not before --to", "--form|openmeter|--from|2026-11-25|--to|2026-11-25|--data|DATA")]
    [InlineData("more than 400 days", "--form|openmeter|--from|2024-11-25|--to|2026-11-25|--data|DATA")]
    [InlineData("older than 35 days", "--form|stripe|--from|2024-11-25|--to|2024-11-26|--data|DATA")]
    [InlineData("no time", "--form|stripe|--from|yesterday|--to|2024-11-26|--data|DATA")]
    [InlineData("--form", "--form|invoice|--from|2024-11-25|--to|2024-11-26|--data|DATA")]
    [InlineData("no usage ledger", "--form|openmeter|--from|2024-11-25|--to|2024-11-26")]
    [InlineData("There is no usage ledger at", "--form|openmeter|--from|2024-11-25|--to|2024-11-26|--data|/nowhere")]
    public async Task Export_OfWhatCannotBe_SaysWhy(string said, string arguments)
    {
        var list = arguments.Replace("DATA", _data.Path, StringComparison.Ordinal).Split('|');

        var (exitCode, _, errors) = await MillraceProcess.RunAsync(["usage", "export", .. list]);

        Assert.Equal(2, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    // What CloudEvents 1.0 demands, and OpenMeter beside it.
    private static void CheckCloudEvent(JsonElement one)
    {
        Assert.Equal("1.0", Text(one, "specversion"));
        Assert.Matches("^[0-9a-f]{32}$", Text(one, "id"));
        Assert.True(Uri.TryCreate(Text(one, "source"), UriKind.RelativeOrAbsolute, out _));
        Assert.NotEqual("", Text(one, "source"));
        Assert.NotEqual("", Text(one, "type"));
        Assert.NotEqual("", Text(one, "subject"));
        Assert.Equal("application/json", Text(one, "datacontenttype"));
        CheckTime(Text(one, "time"));
        Assert.All(
            ["answers", "billable", "bytes_in", "bytes_out", "pixels"],
            name => Assert.True(one.GetProperty("data").GetProperty(name).GetInt64() >= 0));
    }

    // What Stripe's API v2 demands.
    private static void CheckMeterEvent(JsonElement one)
    {
        Assert.Equal(
            ["event_name", "identifier", "timestamp", "payload"], one.EnumerateObject().Select(field => field.Name));
        Assert.InRange(Text(one, "event_name").Length, 1, 100);
        Assert.InRange(Text(one, "identifier").Length, 1, 100);
        CheckTime(Text(one, "timestamp"));
        Assert.All(
            one.GetProperty("payload").EnumerateObject(),
            field => Assert.Equal(JsonValueKind.String, field.Value.ValueKind));
        Assert.True(Value(one) > 0);
    }

    private static void CheckTime(string text) => Assert.True(DateTimeOffset.TryParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));

    private static void Take(Dictionary<string, long> taken, string body)
    {
        foreach (var one in JsonDocument.Parse(body).RootElement.EnumerateArray())
        {
            lock (taken) taken[Text(one, "id")] = Billable(one);
        }
    }

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString()!;

    private static long Billable(JsonElement one) => one.GetProperty("data").GetProperty("billable").GetInt64();

    private static long Value(JsonElement one) =>
        long.Parse(Text(one.GetProperty("payload"), "value"), CultureInfo.InvariantCulture);

    private static UsageEpoch Epoch(string recorder, DateTimeOffset reaches) =>
        new(recorder, 1, reaches.AddDays(-1), 1, reaches, HasEnded: false);

    private async Task<long> SumAsync(string tenant) =>
        (await _both.ReadAsync(tenant, _from, To)).Sum(sum => sum.Billable);

    private async Task<(int ExitCode, List<JsonElement> Events, string Errors)> ExportAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await MillraceProcess.RunAsync([
            "usage", "export", "--data", _data.Path, "--from", $"{_from:O}", "--to", $"{To:O}", .. arguments]);
        var lines = Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (exitCode, [.. lines.Select(line => JsonDocument.Parse(line).RootElement)], errors);
    }
}
