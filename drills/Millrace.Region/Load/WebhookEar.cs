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

/// <summary>
/// A receiver of webhooks that takes everything and has each message verified by the reference library of Standard
/// Webhooks for JavaScript, in a process of its own.
/// </summary>
internal sealed class WebhookEar : IAsyncDisposable
{
    private const string Script = "tests/Millrace.Webhooks.Tests/verify/verify-lines.mjs";
    private const int WaitingMax = 10_000;
    private readonly WebApplication _app;
    private readonly Process _verifier;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(WaitingMax);
    private readonly ConcurrentDictionary<string, int> _heard = new();
    private readonly Task _writing;
    private readonly Task _reading;
    private int _refused;

    private WebhookEar(WebApplication app, Process verifier)
    {
        (_app, _verifier) = (app, verifier);
        _writing = WriteAsync();
        _reading = ReadAsync();
    }

    /// <summary>What senders sign with.</summary>
    public static string Secret { get; } = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Where it listens.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.First() + "/hooks";

    /// <summary>Verified messages: the job of each with the number of times that it came.</summary>
    public IReadOnlyDictionary<string, int> Heard => _heard;

    /// <summary>Messages that were not verified.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Starts both.</summary>
    /// <exception cref="FileNotFoundException">The verifier's packages are missing.</exception>
    public static async Task<WebhookEar> StartAsync(string root, CancellationToken cancellationToken)
    {
        var script = Path.Combine(root, Script);
        if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")))
        {
            throw new FileNotFoundException(
                $"The verifier of webhooks is missing: npm ci --prefix {Path.GetDirectoryName(Script)}");
        }
        var verifier = Process.Start(new ProcessStartInfo("node", [script, Secret])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var ear = new WebhookEar(app, verifier);
        app.Run(ear.HearAsync);
        await app.StartAsync(cancellationToken);
        return ear;
    }

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
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers
            .Where(header => header.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var line = JsonSerializer.Serialize(new { headers, body = Convert.ToBase64String(body.ToArray()) });
        await _lines.Writer.WriteAsync(line, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync()) await _verifier.StandardInput.WriteLineAsync(line);
        await _verifier.StandardInput.FlushAsync();
    }

    // A line for each message: the job that it is about, or nothing when it is not verified.
    private async Task ReadAsync()
    {
        while (await _verifier.StandardOutput.ReadLineAsync() is { } job)
        {
            if (job.Length == 0) Interlocked.Increment(ref _refused);
            else _heard.AddOrUpdate(job, 1, (_, before) => before + 1);
        }
    }
}
