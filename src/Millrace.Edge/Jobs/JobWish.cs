using System.Globalization;
using Microsoft.AspNetCore.Http;
using Millrace.Core.Transforms;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>What a request for a job asks for beside the image itself.</summary>
/// <param name="Transforms">1 to 16, each with its name; their format may be auto.</param>
/// <param name="Source">Where the image is; null: the request's body.</param>
/// <param name="Webhook">Where the end is told; null: nowhere.</param>
/// <param name="Keep">How long source and results are kept; null: the default.</param>
internal sealed record JobWish(
    IReadOnlyList<(string Name, Transform Transform)> Transforms, string? Source, string? Webhook, TimeSpan? Keep)
{
    /// <summary>Longest webhook, in characters.</summary>
    public const int WebhookLengthMax = 2_048;

    /// <summary>The field, and query parameter, of how long to keep.</summary>
    public const string KeepField = "keepSeconds";

    /// <summary>The field, and query parameter, of the webhook.</summary>
    public const string WebhookField = "webhook";

    /// <summary>The answer to a field that is not as expected.</summary>
    public static Problem Bad(string field, string found, string allowed) =>
        Problem.Of(ProblemKinds.BadJob, $"{field}: {found}.") with
        {
            Parameter = field,
            Allowed = allowed,
            Closes = true,
        };

    /// <summary>Whether a time to keep is allowed; the answer when it is not.</summary>
    public static Problem? Check(TimeSpan? keep, TimeSpan least, TimeSpan most)
    {
        if (keep is null || (keep >= least && keep <= most)) return null;
        var allowed = string.Create(
            CultureInfo.InvariantCulture,
            $"whole seconds from {least.TotalSeconds:0} to {most.TotalSeconds:0}");
        return Bad(KeepField, "it is out of range", allowed);
    }

    /// <summary>Whether a webhook can be one; the answer when it cannot.</summary>
    public static Problem? Check(string? webhook) =>
        webhook is null
        || (webhook.Length is > 0 and <= WebhookLengthMax && webhook.All(letter => letter is > ' ' and <= '~'))
            ? null
            : Bad(WebhookField, "it is no address", "a URL, or an endpoint's name, of printable ASCII without spaces");

    /// <summary>Takes the job's own parameters out of a query; the rest is the transform.</summary>
    public static Problem? Split(HttpRequest request, out string transform, out string? webhook, out TimeSpan? keep)
    {
        var rest = new List<string>();
        (webhook, keep, Problem? problem) = (null, null, null);
        foreach (var part in (request.QueryString.Value ?? "").TrimStart('?').Split('&'))
        {
            var pair = part.Split('=', 2);
            if (pair[0] == WebhookField && webhook is null) webhook = Decoded(pair);
            else if (pair[0] == KeepField && keep is null) problem ??= ReadKeep(Decoded(pair), out keep);
            else rest.Add(part);
        }
        transform = string.Join('&', rest);
        return problem;
    }

    private static Problem? ReadKeep(string text, out TimeSpan? keep)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        keep = isNumber ? TimeSpan.FromSeconds(seconds) : null;
        return isNumber ? null : Bad(KeepField, "it is no number", "whole seconds");
    }

    private static string Decoded(string[] pair) =>
        pair.Length == 2 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : "";
}
