using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Millrace.Edge.Internal;

/// <summary>Lets in who has the cluster's secret; the others are told 401, and the log once a minute.</summary>
internal sealed partial class BearerCheck(string secret, TimeProvider time, ILogger<BearerCheck> log)
{
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan ToldEvery = TimeSpan.FromMinutes(1);

    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    private readonly Lock _lock = new();
    private long? _toldAt;
    private int _untold;

    /// <summary>Goes on with a request, or refuses it.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (Holds(context.Request.Headers.Authorization.ToString())) return next(context);
        Tell(context.Connection.RemoteIpAddress?.ToString() ?? "");
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = Scheme.TrimEnd();
        context.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    // Hashes have one length, so that the comparison takes one time whatever was sent.
    private bool Holds(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..])), _hash);

    private void Tell(string peer)
    {
        int untold;
        lock (_lock)
        {
            if (_toldAt is { } at && time.GetElapsedTime(at) < ToldEvery)
            {
                _untold++;
                return;
            }
            (_toldAt, untold, _untold) = (time.GetTimestamp(), _untold, 0);
        }
        LogWrong(peer, untold);
    }

    [LoggerMessage(3040, LogLevel.Warning,
        "{Peer} came to the internal listener without the cluster's secret; {Untold} others did since this was told.")]
    private partial void LogWrong(string peer, int untold);
}
