using Millrace.Core.Conversions;
using Millrace.Core.Identity;
using Millrace.Core.Jobs;
using Millrace.Core.Poison;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;
using Millrace.Edge.Jobs;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Processes;

/// <summary>
/// An edge that runs: what its endpoints do around the product's parts is done here, in their order: know, rate, place,
/// work, give the place back.
/// </summary>
internal sealed class EdgeProcess(Region region, SimProcess process, EdgeDoor door, EdgeParts parts)
{
    private static readonly Transform Small = TransformParser.Parse("width=300&format=webp").Transform!;
    private static readonly TimeSpan ConvertDeadline = TimeSpan.FromSeconds(30);

    public SimProcess Process => process;

    public EdgeDoor Door => door;

    public EdgeParts Parts => parts;

    /// <summary>Requests that hold a place.</summary>
    public int Places { get; private set; }

    /// <summary>Serves a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="hungUp">The client has gone.</param>
    public async Task<SimAnswer> ServeAsync(SimRequest request, CancellationToken hungUp)
    {
        if (await CallerAsync(request.Key) is not { } caller) return SimAnswer.Refused("key");
        var step = parts.Gate.Ask(caller);
        region.Rates.Asked(process, caller.Tenant, step.IsTaken, parts.Known.LiveEdges);
        if (!step.IsTaken) return SimAnswer.Refused("rate");
        var place = parts.Gate.Enter(caller, Lane.Interactive, request.Picture.Bytes.Length, ConvertDeadline, out _);
        if (place is null) return SimAnswer.Refused("place");
        Places++;
        try
        {
            return request.IsJob ? await AcceptAsync(request) : await ConvertAsync(request, hungUp);
        }
        finally
        {
            Places--;
            if (region.Bug != PlantedBug.PlaceKept || !hungUp.IsCancellationRequested) place.Dispose();
        }
    }

    private async Task<Caller?> CallerAsync(KeyHash hash)
    {
        if (parts.Known.Usable is not { } table) return null;
        var finding = Find(table, hash);
        if (finding.Standing == KeyStanding.Absent)
        {
            await parts.Inquiry.AskAsync(hash, CancellationToken.None);
            finding = Find(parts.Known.Usable!, hash);
        }
        return finding.Standing == KeyStanding.Live ? finding.Caller : null;
    }

    private KeyFinding Find(IdentityTable table, KeyHash hash)
    {
        var finding = table.Find(hash, process.Time.GetUtcNow());
        region.Keys.Found(process.Name, hash, table, finding.Standing);
        return finding;
    }

    private async Task<SimAnswer> ConvertAsync(SimRequest request, CancellationToken hungUp)
    {
        var order = new ConversionOrder
        {
            Id = request.Id,
            Tenant = request.Tenant,
            Request = new ConversionRequest(request.Picture.Bytes, Small),
            ContentHash = request.Picture.Hash,
            Header = Picture.Header,
            Remaining = ConvertDeadline,
        };
        if (region.Bug == PlantedBug.GateOpen) await OpenGateAsync(request);
        var outcome = await parts.Dispatcher.ConvertAsync(order, hungUp);
        return new SimAnswer(outcome.Failure?.ToString() ?? "made", outcome.Image?.Bytes.ToArray());
    }

    private async Task<SimAnswer> AcceptAsync(SimRequest request)
    {
        var draft = new JobDraft
        {
            Id = request.Id,
            Tenant = request.Tenant,
            Source = new DraftImage(request.Picture.Bytes, request.Picture.Hash, Picture.Header),
            Transforms = [new JobTransform(JobTransform.DefaultName, Small.ToString())],
            Keep = TimeSpan.FromDays(1),
            Key = request.IdempotencyKey,
        };
        var accepted = await parts.Acceptance.AcceptAsync(draft);
        return accepted.Problem is { } problem
            ? SimAnswer.Refused(problem.Kind.Code)
            : new SimAnswer("accepted", null) { Job = accepted.Record!.Id };
    }

    // A planted bug: the gate takes every image for one that was seen to be harmless.
    private async Task OpenGateAsync(SimRequest request)
    {
        var seat = await parts.Sight.EnterAsync(request.Picture.Hash, process.NewId(), CancellationToken.None);
        seat?.End(FirstSightEnd.Harmless);
    }
}

/// <summary>What a client asks for.</summary>
/// <param name="Id">Of the request or job.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Key">The key's hash.</param>
/// <param name="Picture">The image.</param>
/// <param name="IsJob">Whether it is a durable job.</param>
/// <param name="IdempotencyKey">Of a job; null: none.</param>
internal sealed record SimRequest(
    Guid Id, string Tenant, KeyHash Key, Picture Picture, bool IsJob, string? IdempotencyKey = null);

/// <summary>What a client is told.</summary>
/// <param name="Word">made, accepted, a failure, or what it was refused for.</param>
/// <param name="Made">The result's bytes; null: none.</param>
internal sealed record SimAnswer(string Word, byte[]? Made)
{
    public bool IsRefused { get; private init; }

    /// <summary>The job that was accepted.</summary>
    public Guid Job { get; init; }

    public static SimAnswer Refused(string why) => new(why, null) { IsRefused = true };
}
