using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Edge.Health;

/// <summary>
/// Readiness by real work: one tiny image through the same delegate as callers' images. Whoever asks while a trial runs
/// waits for that one; its result stands for a second.
/// </summary>
internal sealed partial class Trial(
    ConvertOrder convert, IOptions<HealthOptions> options, TimeProvider time, ILogger<Trial> log)
{
    /// <summary>How long a result stands.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    /// <summary>The tenant of the service itself.</summary>
    private const string Tenant = "millrace";

    private static readonly ConversionRequest Request = new(
        TinyImage.Png, Transform.None with { Width = 8, Format = OutputFormat.Jpeg });

    private static readonly ImageHeader Header = HeaderProbe.Read(TinyImage.Png).Header!;

    private static readonly string ContentHash = System.Convert.ToHexStringLower(SHA256.HashData(TinyImage.Png));

    private readonly Lock _lock = new();
    private Task<string?>? _latest;
    private long _endedAt;

    /// <summary>Null when the latest trial gave an image; otherwise why not.</summary>
    /// <param name="cancellationToken">Gives up waiting; the trial goes on for others.</param>
    public Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_endedAt) >= Lifetime))
            {
                _latest = ConvertAsync();
            }
            return _latest.WaitAsync(cancellationToken);
        }
    }

    private async Task<string?> ConvertAsync()
    {
        var failure = await FailureAsync();
        if (failure is not null) LogFailed(failure);
        _endedAt = time.GetTimestamp();
        return failure;
    }

    private async Task<string?> FailureAsync()
    {
        using var deadline = new CancellationTokenSource(options.Value.TrialTimeout, time);
        try
        {
            var outcome = await convert(Order(), deadline.Token).WaitAsync(deadline.Token);
            outcome.Image?.Dispose();
            return outcome.Failure is { } failure ? $"It ended as {failure}. {outcome.Reason}".TrimEnd() : null;
        }
        catch (OperationCanceledException)
        {
            return $"It took longer than {options.Value.TrialTimeout.TotalSeconds:0.###} s.";
        }
    }

    private ConversionOrder Order() => new()
    {
        Id = Guid.CreateVersion7(time.GetUtcNow()),
        Tenant = Tenant,
        Request = Request,
        ContentHash = ContentHash,
        Header = Header,
        Remaining = options.Value.TrialTimeout,
    };

    [LoggerMessage(3020, LogLevel.Warning, "Not ready: a tiny conversion failed. {Reason}")]
    private partial void LogFailed(string reason);
}
