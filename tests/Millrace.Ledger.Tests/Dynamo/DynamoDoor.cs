using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Ledger.Tests.Dynamo;

/// <summary>
/// Stands between a client and a store, and does to the requests what a test wants: passes them on, in part, or answers
/// by itself.
/// </summary>
internal sealed class DynamoDoor : IAsyncDisposable
{
    private const string Prefix = "DynamoDB_20120810.";

    private readonly WebApplication _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _target;
    private readonly Func<DoorCall, Task> _rule;
    private readonly Lock _lock = new();
    private readonly List<(string Name, JsonObject Body)> _seen = [];
    private readonly Dictionary<string, int> _tries = [];

    private DynamoDoor(Uri target, Func<DoorCall, Task> rule)
    {
        (_target, _rule) = (target, rule);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>The requests that came: the operation's name, and its body.</summary>
    public IReadOnlyList<(string Name, JsonObject Body)> Seen
    {
        get
        {
            lock (_lock) return [.. _seen];
        }
    }

    /// <summary>Opens it.</summary>
    /// <param name="target">What is behind it.</param>
    /// <param name="rule">What becomes of each request.</param>
    public static async Task<DynamoDoor> OpenAsync(Uri target, Func<DoorCall, Task> rule)
    {
        var door = new DynamoDoor(target, rule);
        await door._app.StartAsync();
        return door;
    }

    public int Count(string name) => Seen.Count(call => call.Name == name);

    /// <summary>Passes a request on with a body that may be another, and keeps its answer.</summary>
    public async Task<(int Status, string Body)> ForwardAsync(HttpContext context, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _target)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString())),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase) || name == "Authorization")
                request.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        using var answer = await _client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        var name = context.Request.Headers["X-Amz-Target"].ToString()[Prefix.Length..];
        var call = new DoorCall(this, context, name, body, Note(name, body));
        try
        {
            await _rule(call);
        }
        catch (HttpRequestException)
        {
            context.Response.StatusCode = (int)HttpStatusCode.BadGateway;
        }
    }

    // How often it came, with this time.
    private int Note(string name, JsonObject body)
    {
        lock (_lock)
        {
            _seen.Add((name, (JsonObject)body.DeepClone()));
            var key = name + body.ToJsonString();
            return _tries[key] = _tries.GetValueOrDefault(key) + 1;
        }
    }
}

/// <summary>One request at the door, and what may become of it.</summary>
/// <param name="Door">The door.</param>
/// <param name="Context">The request.</param>
/// <param name="Name">Of the operation.</param>
/// <param name="Body">What it asks.</param>
/// <param name="Try">Which time it comes with this body, from 1: what others ask meanwhile does not change it.</param>
internal sealed record DoorCall(DynamoDoor Door, HttpContext Context, string Name, JsonObject Body, int Try)
{
    public bool IsWrite => Name is "BatchWriteItem" or "PutItem";

    /// <summary>Passes it on, and its answer back.</summary>
    public async Task PassAsync()
    {
        var (status, body) = await Door.ForwardAsync(Context, Body);
        await AnswerAsync(status, body);
    }

    /// <summary>Passes it on; its answer is lost.</summary>
    public async Task CutAfterAsync()
    {
        await Door.ForwardAsync(Context, Body);
        Context.Abort();
    }

    /// <summary>Answers that it failed so.</summary>
    public Task FailAsync(int status, string code) => AnswerAsync(
        status, $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{code}}","message":"as the test wants"}""");

    /// <summary>Passes on what is left of a batch when some of it is not taken, and says so.</summary>
    /// <param name="takes">Of each item, by its place.</param>
    public async Task PassPartAsync(Func<int, bool> takes)
    {
        var (table, items) = Body["RequestItems"]!.AsObject().Single();
        var all = items!.AsArray().Select(item => item!.DeepClone()).ToList();
        var taken = all.Where((_, place) => takes(place)).ToArray();
        if (taken.Length > 0)
            await Door.ForwardAsync(Context, Request(table, taken));
        var left = Request(table, [.. all.Where((_, place) => !takes(place))])["RequestItems"]!.DeepClone();
        await AnswerAsync(200, new JsonObject { ["UnprocessedItems"] = left }.ToJsonString());
    }

    /// <summary>Says nothing until the client gives up.</summary>
    public Task StaySilentAsync()
    {
        var ended = new TaskCompletionSource();
        Context.RequestAborted.Register(ended.SetResult);
        return ended.Task;
    }

    private static JsonObject Request(string table, JsonNode[] items) => new()
    {
        ["RequestItems"] = new JsonObject { [table] = new JsonArray([.. items.Select(item => item.DeepClone())]) },
    };

    private Task AnswerAsync(int status, string body)
    {
        Context.Response.StatusCode = status;
        Context.Response.ContentType = "application/x-amz-json-1.0";
        return Context.Response.WriteAsync(body);
    }
}
