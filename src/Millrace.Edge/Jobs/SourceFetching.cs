using System.Net;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Outbound;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;
using Millrace.Edge.Uploads;
using Millrace.Outbound;

namespace Millrace.Edge.Jobs;

/// <summary>
/// Fetches images from URLs that tenants name, of sources that each is allowed. Once: who retries is the caller.
/// </summary>
/// <param name="client">Dials nothing that is not public.</param>
/// <param name="options">The sources where there is no management, and how long it may take.</param>
/// <param name="tenants">What management tells; null without it.</param>
internal sealed class SourceFetching(
    GuardedClient client, IOptions<JobsOptions> options, ITenantDirectory? tenants = null)
{
    private readonly IReadOnlyList<AllowedSource> _settled =
        [.. options.Value.UrlSources.Select(source => source.ToAllowed())];

    /// <summary>How long it may take in all.</summary>
    public TimeSpan Timeout => options.Value.FetchTimeout;

    /// <summary>Why nothing is fetched from a URL; null when it may be, as far as its text tells.</summary>
    public Problem? Check(string tenant, string text)
    {
        var verdict = OutboundUrl.Check(text, client.Rules);
        if (verdict.Refusal is { } refusal) return Refused(refusal.Told());
        return IsAllowed(tenant, verdict.Url!) ? null : Refused(OutboundRefusal.HostNotListed.Told());
    }

    /// <summary>Reads the image into memory, hashing it.</summary>
    /// <param name="tenant">Whose sources are allowed, also of each redirect.</param>
    /// <param name="url">Checked.</param>
    /// <param name="admitted">The request's grant, which bounds the bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">Cancelled while the body came.</exception>
    public async Task<UploadReading> ReadAsync(
        string tenant, string url, Admitted admitted, CancellationToken cancellationToken)
    {
        var bytesMax = admitted.Limits.BytesMax;
        var call = new OutboundCall
        {
            Url = url,
            Write = Ask,
            Timeout = Timeout,
            BodyBytesMax = bytesMax,
            RedirectsMax = OutboundCall.RedirectsLimit,
            Allows = next => IsAllowed(tenant, next),
        };
        using var answer = await client.SendAsync(call, cancellationToken);
        if (answer.Fault is { } fault) return new(null, Explain(fault));
        var response = answer.Response!;
        if (Explain(response.Status) is { } refused) return new(null, refused);
        try
        {
            return await StreamReading.ReadAsync(
                response.Content, response.ContentHeaders.ContentLength, admitted, cancellationToken);
        }
        catch (TooManyBytesException)
        {
            return new(null, HashedBuffer.TooManyBytes(bytesMax));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return new(null, Failed("The connection broke while the image came."));
        }
    }

    private bool IsAllowed(string tenant, Uri url) =>
        (tenants is null ? _settled : tenants.ExtrasOf(tenant)?.Sources ?? []).Any(source => source.Covers(url));

    private static HttpRequestMessage Ask(Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("image/*, */*;q=0.1");
        request.Headers.UserAgent.ParseAdd("Millrace");
        return request;
    }

    private static Problem? Explain(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK => null,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => Problem.Of(ProblemKinds.SourceNotFound),
        _ => Failed($"Its server answered {(int)status}."),
    };

    private static Problem Explain(OutboundFault fault) => fault.Kind switch
    {
        OutboundFaultKind.Refused => Refused(fault.Reason),
        OutboundFaultKind.TimedOut => Problem.Of(ProblemKinds.SourceTimedOut, fault.Reason),
        _ => Failed(fault.Reason),
    };

    private static Problem Refused(string reason) => Problem.Of(ProblemKinds.SourceRefused, reason) with
    {
        Parameter = "source",
    };

    private static Problem Failed(string reason) => Problem.Of(ProblemKinds.SourceFailed, reason);
}
