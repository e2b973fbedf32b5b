using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Ports;

namespace Millrace.Simulation.Processes;

/// <summary>
/// The clients: outside of all faults, they send requests with keys that come and go, hang up now and then, and judge
/// what they are told.
/// </summary>
internal sealed class Traffic(Region region)
{
    /// <summary>Requests a second of a tenant.</summary>
    public const double PerSecond = 3;

    /// <summary>Requests at once of a tenant.</summary>
    public const int Burst = 6;

    private const int TenantCount = 3;
    private const int ChangesMax = 7;
    private const int PillsInTurn = 4;

    // Those that kill every second time need more: two die for each that is lifted.
    private const int PillsByTurns = 8;
    private const int BlamedMax = 2;
    private const string Plan = "free";

    private static readonly TenantLimits Limits = new()
    {
        RequestsPerSecond = PerSecond,
        Burst = Burst,
        InFlight = 1000,
        JobsOpen = 1000,
        BytesMax = 1 << 20,
        PixelsMax = 1L << 30,
        Lanes = Lanes.Images,
        Retention = TimeSpan.FromDays(7),
    };

    private readonly List<(string Tenant, KeyEntry Key, bool IsRevoked)> _keys = [];
    private readonly List<Picture> _pictures = [];
    private readonly Dictionary<Guid, SimRequest> _jobs = [];
    private readonly Timeline _line = region.Line;
    private readonly SimProcess _client = new(region.Line, "client", TimeSpan.Zero)
    {
        Bug = fault => region.Judge.Bug("client", fault),
    };

    private int _keyNumber;
    private int _asked;

    /// <summary>Requests that were sent and are neither answered nor lost with their edge.</summary>
    public int Open { get; private set; }

    /// <summary>Pictures of which the next copy is still to be sent.</summary>
    public int Turns { get; private set; }

    /// <summary>Jobs that were accepted, by the job's id.</summary>
    public IReadOnlyDictionary<Guid, SimRequest> Accepted => _jobs;

    /// <summary>Words that clients were told, and how often.</summary>
    public SortedDictionary<string, int> Words { get; } = new(StringComparer.Ordinal);

    /// <summary>The accounts that stand at the start.</summary>
    public void Found()
    {
        region.Management.Put(new PlanEntry { Revision = 0, Plan = Plan, Limits = Limits });
        foreach (var tenant in Tenants)
        {
            region.Management.Put(
                new TenantEntry { Revision = 0, Tenant = tenant, Plan = Plan, State = TenantState.Active });
            MakeKey(tenant);
            MakeKey(tenant);
        }
    }

    private static IEnumerable<string> Tenants => Enumerable.Range(0, TenantCount).Select(number => $"tenant-{number}");

    /// <summary>Changes at management: keys made, and revoked.</summary>
    public void ChangeKeys()
    {
        for (var change = _line.Chance.Next(1, ChangesMax); change > 0; change--)
        {
            if (_line.Hits(0.6)) MakeKey($"tenant-{_line.Chance.Next(TenantCount)}");
            else RevokeKey();
        }
    }

    /// <summary>One tenant's requests, more than it may send, at every edge at once.</summary>
    public void Flood()
    {
        var (tenant, key, _) = _keys[0];
        var picture = region.Pictures.Add(PictureKind.Harmless);
        foreach (var edge in region.Edges)
        {
            for (var request = 0; request < Burst; request++)
                Send(new SimRequest(_client.NewId(), tenant, key.Hash, picture, IsJob: false), edge, hangsUp: false);
        }
    }

    /// <summary>One request, of whatever kind.</summary>
    public void SendAny()
    {
        var kind = _line.Chance.Next(20) switch
        {
            0 => PictureKind.Crashes,
            1 => PictureKind.Hangs,
            2 => PictureKind.KillsWorker,
            _ => PictureKind.Harmless,
        };
        var isCopy = _pictures.Count > 0 && _line.Hits(0.3);
        var picture = isCopy ? _pictures[_line.Chance.Next(_pictures.Count)] : region.Pictures.Add(kind);
        if (!isCopy) _pictures.Add(picture);
        var request = Request(picture, isJob: _line.Hits(0.3), mayBeRevoked: true);
        Send(request, AnyEdge(), hangsUp: _line.Hits(0.1));
    }

    /// <summary>A request that must be served, as nothing is amiss.</summary>
    /// <param name="kind">Of its picture.</param>
    /// <param name="isJob">Whether it is a durable job.</param>
    public void SendSure(PictureKind kind, bool isJob) =>
        Send(Request(region.Pictures.Add(kind), isJob, mayBeRevoked: false), AnyEdge(), hangsUp: false);

    /// <summary>Copies of a pill, all at once, at every edge.</summary>
    public void SendPillsAtOnce(PictureKind kind)
    {
        var pill = region.Pictures.Add(kind);
        foreach (var edge in region.Edges)
        {
            for (var copy = 0; copy < 3; copy++) Send(Request(pill, false, mayBeRevoked: false), edge, hangsUp: false);
        }
    }

    /// <summary>Copies of a pill, each after the answer to the one before and the news of it.</summary>
    public void SendPillsInTurn(PictureKind kind) => SendInTurn(
        region.Pictures.Add(kind, inTurn: true),
        kind == PictureKind.KillsWorkerByTurns ? PillsByTurns : PillsInTurn);

    /// <summary>Harmless pictures that a worker may have been lost with, twice each and in turn.</summary>
    public void SendBlamedAgain()
    {
        var blamed = _pictures.Where(picture => picture.Kind == PictureKind.Harmless && region.IsBlamed(picture));
        foreach (var picture in blamed.Take(BlamedMax).ToArray()) SendInTurn(picture, 2);
    }

    private void SendInTurn(Picture picture, int left)
    {
        Turns++;
        SendNext(picture, left);
    }

    private void SendNext(Picture picture, int left)
    {
        if (left == 0)
        {
            Turns--;
            return;
        }
        Send(Request(picture, false, mayBeRevoked: false), AnyEdge(), hangsUp: false,
            () => _client.After(TimeSpan.FromSeconds(2), () => SendNext(picture, left - 1)));
    }

    private EdgePost AnyEdge() => region.Edges[_line.Chance.Next(region.Edges.Count)];

    private SimRequest Request(Picture picture, bool isJob, bool mayBeRevoked)
    {
        var usable = _keys.Where(key => mayBeRevoked || !key.IsRevoked).ToArray();
        // Those that were made last are the least known.
        var (tenant, entry, _) = _line.Hits(0.5) ? usable[^1] : usable[_line.Chance.Next(usable.Length)];
        var idempotency = isJob && _line.Hits(0.5) ? $"key-{_asked++}" : null;
        return new SimRequest(_client.NewId(), tenant, entry.Hash, picture, isJob, idempotency);
    }

    private void Send(SimRequest request, EdgePost post, bool hangsUp, Action? then = null)
    {
        if (post.Now is not { } edge)
        {
            if (then is not null) _client.After(TimeSpan.Zero, then);
            return;
        }
        var sentAt = _line.Now;
        region.Tickets[request.Id] = request.Picture;
        var (picture, what) = (request.Picture, request.IsJob ? "job" : "request");
        var to = edge.Process.Name;
        _client.Say($"{what} {request.Id} of {request.Tenant} to {to}: {picture.Hash[..6]} {picture.Kind}");
        Open++;
        var hangingUp = new CancellationTokenSource();
        var isOver = false;
        edge.Process.Died += End;
        edge.Process.After(region.Line.Between(0.1, 2), () =>
        {
            var serving = edge.ServeAsync(request, hangingUp.Token);
            edge.Process.Watch(AnswerAsync(serving));
        });
        if (hangsUp) edge.Process.After(_line.Between(5, 400), hangingUp.Cancel);

        async Task AnswerAsync(Task<SimAnswer> serving)
        {
            try
            {
                Hear(request, await serving, sentAt);
            }
            catch (OperationCanceledException) when (hangingUp.IsCancellationRequested)
            {
                _client.Say($"has hung up {request.Id}");
            }
            finally
            {
                End();
            }
        }

        void End()
        {
            if (isOver) return;
            isOver = true;
            Open--;
            region.Order.Over(request.IsJob ? Guid.Empty : request.Id);
            edge.Process.Died -= End;
            if (then is not null) _client.After(TimeSpan.Zero, then);
        }
    }

    private void Hear(SimRequest request, SimAnswer answer, TimeSpan sentAt)
    {
        _client.Say($"is told of {request.Id}: {answer.Word}");
        Words[answer.Word] = Words.GetValueOrDefault(answer.Word) + 1;
        if (answer.Job != Guid.Empty) Accept(request, answer.Job);
        else if (answer.Word == "made") JudgeMade(request, answer.Made!, sentAt);
        else if (!answer.IsRefused) JudgeFailure(request, answer.Word);
        else if (region.Weather.IsSettled && answer.Word is not "rate" and not "quarantined")
            region.Judge.Broken("service", $"{request.Id:N} is refused in fair weather: {answer.Word}");
    }

    private void Accept(SimRequest request, Guid job)
    {
        _jobs[job] = request;
        region.Tickets[job] = request.Picture;
    }

    private void JudgeMade(SimRequest request, byte[] made, TimeSpan sentAt)
    {
        region.Acquittals.Made(request.Picture.Hash, sentAt);
        if (request.Picture.Kind is not PictureKind.Harmless and not PictureKind.KillsWorkerByTurns)
            region.Judge.Broken("result", $"{request.Id:N} was made of a picture that kills");
        if (!made.AsSpan().SequenceEqual(request.Picture.Made))
            region.Judge.Broken("result", $"{request.Id:N} got another picture's result");
    }

    private void JudgeFailure(SimRequest request, string word)
    {
        if (request.Picture.Kind != PictureKind.Harmless) return;
        var isPoison = word is "KernelCrashed" or "KernelDeadline" or "KernelOutOfMemory" or "Quarantined";
        if (isPoison && !region.IsBlamed(request.Picture))
            region.Judge.Broken("bystander", $"{request.Id:N} is harmless, unblamed, and told {word}");
        // Three losses end a request; but whoever's time is over now had some of it in fair weather.
        if (!isPoison && region.Weather.IsSettled && (word != "WorkerLost" || !region.IsBlamed(request.Picture)))
            region.Judge.Broken("service", $"{request.Id:N} is harmless, nothing is amiss, and it is told {word}");
    }

    private void MakeKey(string tenant)
    {
        var number = _keyNumber++;
        var key = new KeyEntry
        {
            Revision = 0,
            Hash = KeyHash.Of($"key-{number}"),
            Id = $"key_{number}",
            Tenant = tenant,
            Scopes = KeyScopes.All,
        };
        region.Management.Put(key);
        region.Keys.Made(key.Hash);
        _keys.Add((tenant, key, false));
    }

    private void RevokeKey()
    {
        // The first of each tenant stays.
        var number = (TenantCount * 2) + _line.Chance.Next(Math.Max(1, _keys.Count - (TenantCount * 2)));
        if (number >= _keys.Count || _keys[number].IsRevoked) return;
        var (tenant, key, _) = _keys[number];
        region.Management.Put(key with { IsRemoved = true });
        region.Keys.Revoked(key.Hash);
        _keys[number] = (tenant, key, true);
    }
}
