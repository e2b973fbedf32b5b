using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;
using Millrace.Edge.Internal;
using Millrace.Edge.Tests.Dispatch;
using Millrace.Edge.Tests.Jobs;

namespace Millrace.Edge.Tests.Usage;

public sealed class UsageEndpointTests : IAsyncDisposable
{
    private const string Path = "/v1/account/usage";
    private const string Day = "?from=2026-11-24&to=2026-11-25";
    private const string Secret = "a secret of the whole cluster";

    private static readonly DateTimeOffset Start = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    private readonly JobServerParts _parts = new();
    private readonly string _secretFile = System.IO.Path.GetTempFileName();
    private JobServer? _server;

    private MemoryUsage Usage => _parts.Usage;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        File.Delete(_secretFile);
    }

    [Fact]
    public async Task Get_ByHour_SumsTheMinutesOfTheCallersTenant()
    {
        Usage.Add("open", Start, 1);
        Usage.Add("open", Start.AddMinutes(59), 2);
        Usage.Add("open", Start.AddMinutes(59), 4, Lane.Bulk, UsageClass.Avif);
        Usage.Add("open", Start.AddHours(5), 8);
        Usage.Add("open", Start.AddDays(1), 16);
        Usage.Add("another", Start, 32);

        var answer = await JsonAsync(Day);

        var usage = answer.GetProperty("usage").EnumerateArray().Select(Line).ToArray();
        Assert.Equal(
            [
                "2026-11-24T00:00:00Z interactive standard 3 3 3000 30 3000000",
                "2026-11-24T00:00:00Z bulk avif 4 4 4000 40 4000000",
                "2026-11-24T05:00:00Z interactive standard 8 8 8000 80 8000000",
            ],
            usage);
        Assert.Equal("open", answer.GetProperty("tenant").GetString());
        Assert.Equal("hour", answer.GetProperty("granularity").GetString());
        Assert.Equal("2026-11-25T00:00:00Z", answer.GetProperty("to").GetString());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("next").ValueKind);
    }

    [Theory]
    [InlineData("minute", "?from=2026-11-24T10:30Z&to=2026-11-24T10:45:30Z", "10:30:00", "10:46:00")]
    [InlineData("hour", "?from=2026-11-24T10:30:00Z&to=2026-11-24T12:45:00%2B00:30", "10:00:00", "13:00:00")]
    [InlineData("day", "?from=2026-11-24T10:30:00.5Z&to=2026-11-24T12:45:00Z", "00:00:00", "00:00:00")]
    public async Task Get_OfATimeWithinPeriods_IsOfWholePeriods(
        string granularity, string query, string from, string to)
    {
        var answer = await JsonAsync($"{query}&granularity={granularity}");

        Assert.EndsWith($"T{from}Z", answer.GetProperty("from").GetString(), StringComparison.Ordinal);
        Assert.EndsWith($"T{to}Z", answer.GetProperty("to").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_PageByPage_TellsEverythingOnce()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            Usage.Add("open", Start.AddMinutes(minute * 2), minute);
            Usage.Add("open", Start.AddMinutes(minute * 2), minute, Lane.Heavy);
        }

        var told = new List<long>();
        var cursor = "";
        for (var pages = 0; pages < 4; pages++)
        {
            var answer = await JsonAsync($"{Day}&granularity=minute&limit=3&cursor={cursor}");
            told.AddRange(answer.GetProperty("usage").EnumerateArray().Select(
                sum => sum.GetProperty("answers").GetInt64()));
            cursor = answer.GetProperty("next").GetString();
        }

        Assert.Null(cursor);
        Assert.Equal(Enumerable.Range(0, 10).SelectMany(i => new[] { (long)i, i }), told);
    }

    [Theory]
    [InlineData("?format=csv", null)]
    [InlineData("?limit=1", "text/csv")]
    [InlineData("?limit=1", "application/json;q=0.5, text/csv")]
    public async Task Get_AsCsv_HasAllLines(string query, string? accept)
    {
        Usage.Add("open", Start, 3);
        Usage.Add("open", Start.AddHours(1), 4, Lane.Heavy, UsageClass.Animation);
        Usage.Epochs.Add(Epoch("edge-1", Start));

        using var answer = await GetAsync($"{query}&{Day[1..]}", ("Accept", accept ?? "*/*"));

        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["2026-11-24T00:00:00Z"], answer.Headers.GetValues("Millrace-Usage-Complete-Until"));
        Assert.Equal(
            "at,lane,class,answers,billable,bytes_in,bytes_out,pixels\r\n"
            + "2026-11-24T00:00:00Z,interactive,standard,3,3,3000,30,3000000\r\n"
            + "2026-11-24T01:00:00Z,heavy,animation,4,4,4000,40,4000000\r\n",
            await answer.TextAsync());
    }

    [Fact]
    public async Task Get_WhenARecorderIsBehind_SaysUntilWhenItIsCompleteAndNoMachinesName()
    {
        var now = _parts.Time.GetUtcNow();
        Usage.Epochs.Add(Epoch("edge-1", now.AddSeconds(-5)));
        Usage.Epochs.Add(Epoch("edge-2", now.AddHours(-2)));
        Usage.Epochs.Add(Epoch("edge-3", now.AddHours(-3)) with { HasEnded = true });

        var freshness = (await JsonAsync(Day)).GetProperty("freshness");

        var behind = Assert.Single(freshness.GetProperty("behind").EnumerateArray());
        Assert.Equal(now.AddHours(-2), Whole(behind.GetProperty("completeUntil")), TimeSpan.FromSeconds(1));
        Assert.DoesNotContain("edge-", freshness.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(now.AddHours(-2), Whole(freshness.GetProperty("completeUntil")), TimeSpan.FromSeconds(1));
        Assert.Equal(2, freshness.GetProperty("recorders").GetInt32());
    }

    [Theory]
    [InlineData("00:05:00", 1)]
    [InlineData("00:00:00", 3)]
    public async Task Get_AgainAtOnce_AsksForRecordersAsOftenAsMayBe(string age, int reads)
    {
        await StartAsync(("Edge:Usage:FreshnessAge", age));

        for (var i = 0; i < 3; i++) await JsonAsync(Day);

        Assert.Equal(reads, Usage.EpochReads);
    }

    [Theory]
    [InlineData("?granularity=week", "granularity")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?from=1999-01-01", "from")]
    [InlineData("?to=9999-12-31", "to")]
    [InlineData("?from=2026-11-25&to=2026-11-24", "from")]
    [InlineData("?from=2026-11-24&to=2026-11-24", "from")]
    [InlineData("?from=2026-11-24&to=2026-11-25T00:01Z&granularity=minute", "from")]
    [InlineData("?from=2026-10-24&to=2026-11-25&granularity=hour", "from")]
    [InlineData("?from=2025-11-23&to=2026-11-25&granularity=day", "from")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1441", "limit")]
    [InlineData("?format=xml", "format")]
    [InlineData("?cursor=2026-11-24", "cursor")]
    [InlineData(Day + "&cursor=2026-11-25", "cursor")]
    [InlineData(Day + "&cursor=2026-11-24T00:30Z", "cursor")]
    public async Task Get_WithAParameterThatIsNotAllowed_SaysWhich(string query, string parameter)
    {
        using var answer = await GetAsync(query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(parameter, (await answer.JsonAsync()).GetProperty("parameter").GetString());
        Assert.Equal(0, Usage.Reads);
    }

    [Fact]
    public async Task Get_WhenTheLedgerIsAway_Answers503()
    {
        Usage.FailsAfter = 0;
        Usage.Add("open", Start, 3);

        using var answer = await GetAsync(Day);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.EndsWith(":ledger-unavailable", (await answer.JsonAsync()).GetProperty("type").GetString());
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Get_WhenTheLedgerGoesAwayMeanwhile_IsCutOff()
    {
        Usage.FailsAfter = 2;
        for (var hour = 0; hour < 4; hour++) Usage.Add("open", Start.AddHours(hour), 3);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(Day));
    }

    [Fact]
    public async Task Get_WhenAsManyAreUnderWayAsMayBe_Answers503()
    {
        Usage.Hangs = true;
        var server = await StartAsync(("Edge:Usage:ReadsMax", "1"));
        using var hangUp = new CancellationTokenSource();
        var first = server.Client.GetAsync(Path, hangUp.Token);
        await Usage.Begun.WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);

        using var second = await GetAsync("");
        await hangUp.CancelAsync();

        Assert.EndsWith(":requests-full", (await second.JsonAsync()).GetProperty("type").GetString());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task OperatorsGet_OfATenantOrOfEverybody_TellsIt()
    {
        Usage.Add("a", Start.AddMinutes(5), 1);
        Usage.Add("b", Start.AddMinutes(6), 2);
        Usage.Add("b", Start.AddMinutes(70), 4, Lane.Heavy);
        Usage.Epochs.Add(Epoch("edge-2", _parts.Time.GetUtcNow().AddHours(-2)));
        using var client = await OperatorAsync();

        var one = await JsonAsync(client, $"/internal/v1/usage{Day}&tenant=b");
        var all = await JsonAsync(client, $"/internal/v1/usage{Day}");
        using var tooLong = await client.GetAsync(
            "/internal/v1/usage?from=2026-11-20&to=2026-11-25", TestContext.Current.CancellationToken);

        string[] Answers(JsonElement answer) => [.. answer.GetProperty("usage").EnumerateArray().Select(Line)
            .Select(line => string.Join(' ', line.Split(' ')[..4]))];
        Assert.Equal(
            ["2026-11-24T00:00:00Z interactive standard 2", "2026-11-24T01:00:00Z heavy standard 4"], Answers(one));
        Assert.Equal(
            ["2026-11-24T00:00:00Z interactive standard 3", "2026-11-24T01:00:00Z heavy standard 4"], Answers(all));
        Assert.Equal(JsonValueKind.Null, all.GetProperty("tenant").ValueKind);
        Assert.Contains("edge-2", all.GetProperty("freshness").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
    }

    private static UsageEpoch Epoch(string recorder, DateTimeOffset reaches) =>
        new(recorder, 1, Start, 0, reaches, HasEnded: false);

    private static DateTimeOffset Whole(JsonElement time) => time.GetDateTimeOffset();

    private static string Line(JsonElement sum) =>
        string.Join(' ', sum.EnumerateObject().Select(property => property.Value.ToString()));

    private async Task<JobServer> StartAsync(params (string, string)[] settings) =>
        _server ??= await JobServer.StartAsync(_parts, settings);

    private async Task<HttpResponseMessage> GetAsync(string query, params (string Name, string Value)[] headers) =>
        await (await StartAsync()).GetAsync(Path + query, headers);

    private async Task<JsonElement> JsonAsync(string query)
    {
        using var answer = await GetAsync(query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        return await answer.JsonAsync();
    }

    private static async Task<JsonElement> JsonAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task<HttpClient> OperatorAsync()
    {
        await File.WriteAllTextAsync(_secretFile, Secret, TestContext.Current.CancellationToken);
        var server = await StartAsync(
            ("Edge:Internal:Urls", "http://127.0.0.1:0"), ("Edge:Internal:SecretFile", _secretFile));
        var address = server.App.Services.GetRequiredService<InternalAddresses>().All.First();
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Secret);
        return client;
    }
}
