using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Millrace.Core.Webhooks;
using Millrace.Outbound;

namespace Millrace.Webhooks.Sending;

/// <summary>Makes one try: signs, sends, judges the answer. The answer's body is not read.</summary>
internal sealed class Post(
    GuardedClient client, SenderMetrics metrics, IOptions<SenderOptions> options, TimeProvider time)
{
    private static readonly ProductInfoHeaderValue Agent = new(
        "Millrace", typeof(Post).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>Sends a message.</summary>
    /// <param name="message">What, and where.</param>
    /// <param name="cancellationToken">Breaks it off; it may have been heard.</param>
    public async Task<(WebhookVerdict Verdict, WebhookTry Try)> SendAsync(
        Message message, CancellationToken cancellationToken)
    {
        var (at, start) = (time.GetUtcNow(), time.GetTimestamp());
        var call = new OutboundCall
        {
            Url = message.Url.AbsoluteUri,
            Write = url => Write(url, message, at),
            Timeout = options.Value.Timeout,
        };
        using var answer = await client.SendAsync(call, cancellationToken);
        var took = time.GetElapsedTime(start);
        var status = answer.Response is { } response ? (int)response.Status : (int?)null;
        var verdict = status is { } code
            ? WebhookVerdict.Of(code, RetryAfter(answer.Response!.Headers.RetryAfter))
            : WebhookVerdict.NoAnswer;
        metrics.Tried(verdict.Result, took);
        return (verdict, new WebhookTry(at, (long)took.TotalMilliseconds, status, Reason(answer, verdict, status)));
    }

    private static HttpRequestMessage Write(Uri url, Message message, DateTimeOffset at)
    {
        var content = new ByteArrayContent(message.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        var signature = WebhookSignature.Of(message.Secrets, message.Id, at, message.Body);
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        request.Headers.UserAgent.Add(Agent);
        return request;
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);

    private static string Reason(OutboundAnswer answer, WebhookVerdict verdict, int? status) => verdict.Result switch
    {
        WebhookResult.Delivered => "",
        _ when answer.Fault is { } fault => fault.Reason,
        _ when status is >= 300 and < 400 => "It redirects; redirects are not followed.",
        WebhookResult.Gone => "It wants no more messages.",
        _ => "It did not answer with 2xx.",
    };
}

/// <summary>A message and where it goes.</summary>
/// <param name="Id">The <c>webhook-id</c>.</param>
/// <param name="Body">As it is signed and sent.</param>
/// <param name="Url">The endpoint's, or one below it.</param>
/// <param name="Secrets">The endpoint's; each signs.</param>
internal sealed record Message(string Id, byte[] Body, Uri Url, IReadOnlyList<WebhookSecret> Secrets);
