using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Management.Answers;

namespace Millrace.Management.Callers;

/// <summary>Knows edges and senders by the cluster's secret.</summary>
internal sealed class ClusterCallers
{
    private readonly byte[]? _secret;

    /// <summary>Reads the secret, where there is one.</summary>
    public ClusterCallers(IOptions<CallerOptions> options)
    {
        var file = options.Value.SecretFile;
        if (file.Length > 0) _secret = Bearer.HashOf(CallerFiles.Read(file));
    }

    /// <summary>Nobody, without a problem, when the secret is right.</summary>
    public CallerReading Read(HttpContext context)
    {
        var holds = _secret is not null && Bearer.Of(context.Request) is { } token
            && CryptographicOperations.FixedTimeEquals(Bearer.HashOf(token), _secret);
        return holds
            ? default
            : CallerReading.Of(Problem.Of(ProblemKinds.SecretUnknown) with { Challenge = Bearer.Realm, Closes = true });
    }
}
