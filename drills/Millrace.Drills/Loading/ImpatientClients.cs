using System.Globalization;
using Millrace.Drills.History;

namespace Millrace.Drills.Loading;

/// <summary>
/// Clients as they should not be: who has no answer in a second gives up and asks again at once, and again, until there
/// is one.
/// </summary>
internal sealed class ImpatientClients(ApiClient client, HistoryBook book, TimeProvider time)
{
    /// <summary>Under what they are in the history.</summary>
    public const string Operation = "storm";

    private const int TriesMax = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);
    private int _wishes;
    private int _tries;
    private int _served;

    /// <summary>Images that were wanted.</summary>
    public int Wishes => Volatile.Read(ref _wishes);

    /// <summary>Requests that were made for them.</summary>
    public int Tries => Volatile.Read(ref _tries);

    /// <summary>Wishes that came true.</summary>
    public int Served => Volatile.Read(ref _served);

    /// <summary>Wants one image until it has it, or has asked 200 times.</summary>
    public async Task ConvertAsync(Caller caller, Subject subject, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _wishes).ToString(CultureInfo.InvariantCulture);
        var entry = new HistoryEntry
        {
            Process = $"{Operation}-{number}",
            F = Operation,
            Tenant = caller.Tenant,
            Image = subject.Name,
        };
        book.Append(entry);
        var reply = new Reply(0, Reply.NotSent, "", []);
        for (var i = 0; i < TriesMax && reply.Status != 200; i++)
        {
            if (i > 0) await Task.Delay(Breath, time, cancellationToken);
            Interlocked.Increment(ref _tries);
            reply = await TryAsync(caller, subject, cancellationToken);
        }
        if (reply.Status == 200) Interlocked.Increment(ref _served);
        book.Append(entry with
        {
            Type = reply.Type,
            Status = reply.Status.ToString(CultureInfo.InvariantCulture),
            Error = reply.Code,
        });
    }

    private async Task<Reply> TryAsync(Caller caller, Subject subject, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await client.SendAsync(
                HttpMethod.Post, "/v1/images:convert?" + subject.Query, caller.Key, subject.Bytes, null, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Reply(0, "given up", "", []);
        }
    }
}
