using System.Globalization;
using System.Security.Cryptography;
using Millrace.Drills.History;

namespace Millrace.Drills.Loading;

/// <summary>Interactive conversions, each in the history with its begin and its end.</summary>
internal sealed class Conversions(ApiClient client, HistoryBook book, CancellationToken cancellationToken)
{
    private int _processes;

    /// <summary>Converts one image for one caller.</summary>
    /// <param name="caller">Whose request it is.</param>
    /// <param name="subject">What to convert.</param>
    /// <param name="operation">Under what it is in the history: bystanders and culprits are told apart.</param>
    public async Task<Reply> ConvertAsync(Caller caller, Subject subject, string operation = Operation.Convert)
    {
        var number = Interlocked.Increment(ref _processes).ToString(CultureInfo.InvariantCulture);
        var entry = new HistoryEntry
        {
            Process = $"{operation}-{number}",
            F = operation,
            Key = subject.Name,
            Tenant = caller.Tenant,
            Lane = "interactive",
            Image = subject.Name,
            Units = 1,
            BytesIn = subject.Bytes.Length,
        };
        book.Append(entry);
        var path = "/v1/images:convert?" + subject.Query;
        var reply = await client.SendAsync(
            HttpMethod.Post, path, caller.Key, subject.Bytes, null, cancellationToken);
        book.Append(entry with
        {
            Type = reply.Type,
            JobId = reply.Job,
            Status = reply.Status.ToString(CultureInfo.InvariantCulture),
            Error = reply.Code,
            Sha256 = reply.Status == 200 ? Convert.ToHexStringLower(SHA256.HashData(reply.Body)) : "",
            BytesOut = reply.Status == 200 ? reply.Body.Length : 0,
        });
        return reply;
    }
}
