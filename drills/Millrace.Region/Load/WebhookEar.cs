using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Millrace.Region.Load;

/// <summary>A message that was taken.</summary>
/// <param name="Receiver">Whose it was.</param>
/// <param name="Job">That it is about; empty when it was not verified.</param>
/// <param name="Message">Its own id; empty when it was not verified.</param>
internal sealed record HeardMessage(string Receiver, string Job, string Message);

/// <summary>What a receiver does with messages.</summary>
internal enum EarMood
{
    Listens,

    /// <summary>It takes them, and answers a second later.</summary>
    Ponders,

    /// <summary>It takes none and never answers.</summary>
    Hangs,

    /// <summary>It answers 500.</summary>
    Fails,
}

/// <summary>
/// Receivers of webhooks, each with a name; all take everything unless told otherwise. Each message is verified by the
/// reference library of Standard Webhooks for JavaScript, in a process of its own. Safe for any number of threads.
/// </summary>
internal sealed class WebhookEar : IAsyncDisposable
{
    private const string Script = "tests/Millrace.Webhooks.Tests/verify/verify-lines.mjs";
    private const string Hooks = "/hooks";
    private const int WaitingMax = 10_000;
    private static readonly TimeSpan PonderTime = TimeSpan.FromSeconds(1);
    private readonly WebApplication _app;
    private readonly Process _verifier;
    private readonly Channel<(string Receiver, string Line)> _lines =
        Channel.CreateBounded<(string Receiver, string Line)>(WaitingMax);

    // Those whose line the verifier has, in its order.
    private readonly ConcurrentQueue<string> _receivers = new();
    private readonly ConcurrentDictionary<string, int> _heard = new();
    private readonly ConcurrentDictionary<string, string> _secrets = new();
    private readonly ConcurrentDictionary<string, EarMood> _moods = new();
    private readonly ConcurrentDictionary<string, int> _unheard = new();
    private readonly Task _writing;
    private readonly Task _reading;
    private int _refused;

    private WebhookEar(WebApplication app, Process verifier)
    {
        (_app, _verifier) = (app, verifier);
        _writing = WriteAsync();
        _reading = ReadAsync();
    }

    /// <summary>What senders sign with for the receiver that has no name.</summary>
    public static string Secret { get; } = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Where the receiver listens that has no name.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.First() + Hooks;

    /// <summary>Verified messages: the job of each with the number of times that it came.</summary>
    public IReadOnlyDictionary<string, int> Heard => _heard;

    /// <summary>Messages that were not verified.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Told of each message, once it was verified or was not.</summary>
    public event Action<HeardMessage>? MessageHeard;

    /// <summary>Starts both.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="host">The address of this machine that it listens at.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FileNotFoundException">The verifier's packages are missing.</exception>
    public static async Task<WebhookEar> StartAsync(string root, string host, CancellationToken cancellationToken)
    {
        var script = new FileInfo(Path.Combine(root, Script));
        if (!Directory.Exists(Path.Combine(script.DirectoryName!, "node_modules")))
        {
            throw new FileNotFoundException(
                $"The verifier of webhooks is missing: npm ci --prefix {Path.GetDirectoryName(Script)}");
        }
        var verifier = Process.Start(new ProcessStartInfo("node", [script.FullName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls($"http://{host}:0");
        var app = builder.Build();
        var ear = new WebhookEar(app, verifier);
        app.Run(ear.HearAsync);
        await app.StartAsync(cancellationToken);
        return ear;
    }

    /// <summary>Where a receiver listens.</summary>
    public string AddressOf(string receiver) => $"{Address}/{receiver}";

    /// <summary>What messages to a receiver are signed with.</summary>
    public void Know(string receiver, string secret) => _secrets[receiver] = secret;

    /// <summary>What a receiver does with messages from now on.</summary>
    public void Feel(string receiver, EarMood mood) => _moods[receiver] = mood;

    /// <summary>Messages that a receiver did not take, because it hung or failed.</summary>
    public int Unheard(string receiver) => _unheard.GetValueOrDefault(receiver);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _lines.Writer.TryComplete();
        await _writing;
        _verifier.StandardInput.Close();
        await _reading;
        await _verifier.WaitForExitAsync();
        _verifier.Dispose();
    }

    private async Task HearAsync(HttpContext context)
    {
        var receiver = context.Request.Path.Value![Hooks.Length..].Trim('/');
        if (!await TakesAsync(receiver, context)) return;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers
            .Where(header => header.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var secret = _secrets.GetValueOrDefault(receiver, Secret);
        var line = JsonSerializer.Serialize(new { secret, headers, body = Convert.ToBase64String(body.ToArray()) });
        await _lines.Writer.WriteAsync((receiver, line), context.RequestAborted);
        if (MoodOf(receiver) is EarMood.Ponders) await WaitAsync(PonderTime, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<bool> TakesAsync(string receiver, HttpContext context)
    {
        var mood = MoodOf(receiver);
        if (mood is EarMood.Listens or EarMood.Ponders) return true;
        _unheard.AddOrUpdate(receiver, 1, (_, before) => before + 1);
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        if (mood is EarMood.Hangs) await WaitAsync(Timeout.InfiniteTimeSpan, context.RequestAborted);
        return false;
    }

    private EarMood MoodOf(string receiver) => _moods.GetValueOrDefault(receiver);

    private static async Task WaitAsync(TimeSpan time, CancellationToken aborted)
    {
        try
        {
            await Task.Delay(time, TimeProvider.System, aborted);
        }
        catch (OperationCanceledException)
        {
            // The sender has lost its patience, or its life.
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var (receiver, line) in _lines.Reader.ReadAllAsync())
        {
            _receivers.Enqueue(receiver);
            await _verifier.StandardInput.WriteLineAsync(line);
        }
        await _verifier.StandardInput.FlushAsync();
    }

    // A line for each message, in their order: its job and its id, or nothing when it is not verified.
    private async Task ReadAsync()
    {
        while (await _verifier.StandardOutput.ReadLineAsync() is { } told)
        {
            _receivers.TryDequeue(out var receiver);
            var parts = told.Split('\t');
            if (parts is [{ } job, { } message])
            {
                _heard.AddOrUpdate(job, 1, (_, before) => before + 1);
                MessageHeard?.Invoke(new(receiver!, job, message));
            }
            else
            {
                Interlocked.Increment(ref _refused);
                MessageHeard?.Invoke(new(receiver!, "", ""));
            }
        }
    }
}
