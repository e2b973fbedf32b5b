using Millrace.Core.Poison;
using Millrace.Simulation.Bugs;
using Millrace.Simulation.Clockwork;
using Millrace.Simulation.Judging;

namespace Millrace.Simulation.Ports;

/// <summary>The fleet's log of deaths: what is appended stays, and is told to all members in order.</summary>
internal sealed class SimDeathLog(SimProcess broker, AcquittalJudge judge)
{
    private readonly List<byte[]> _events = [];
    private readonly List<SimLedger> _members = [];

    public IReadOnlyList<byte[]> Events => _events;

    public SimProcess Process => broker;

    /// <summary>Whether nobody is served.</summary>
    public bool IsAway { get; set; }

    public void Join(SimLedger member) => _members.Add(member);

    public void Leave(SimLedger member) => _members.Remove(member);

    /// <summary>Appends an event.</summary>
    /// <exception cref="IOException">It is away.</exception>
    public async Task<bool> AppendAsync(byte[] text)
    {
        if (IsAway) throw new IOException("The ledger is away.");
        _events.Add(text);
        judge.Stored(PoisonText.Read(text).Event!);
        foreach (var member in _members) member.Call();
        await Task.Delay(broker.Line.Between(0.5, 5), broker.Time);
        return true;
    }
}

/// <summary>The poison ledger of one process: the product's own state, folded from the log's own text.</summary>
internal sealed class SimLedger : IPoisonLedger
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    private readonly SimDeathLog _log;
    private readonly Wire _wire;
    private readonly SimProcess _process;
    private readonly PlantedBug _bug;
    private PoisonState _state;
    private int _read;
    private bool _reading;

    public SimLedger(SimDeathLog log, Wire wire, SimProcess process, PlantedBug bug)
    {
        (_log, _wire, _process, _bug) = (log, wire, process, bug);
        var strikes = bug == PlantedBug.FourStrikes ? 4 : new PoisonRules().StrikesToQuarantine;
        var acquittals = bug == PlantedBug.AcquitsForEver ? int.MaxValue : new PoisonRules().AcquittalsMax;
        _state = new PoisonState(new PoisonRules { StrikesToQuarantine = strikes, AcquittalsMax = acquittals });
        log.Join(this);
        process.Died += () => log.Leave(this);
        Call();
    }

    public string? Behind => _read < _log.Events.Count ? "It reads." : null;

    public int StrikesOf(Fingerprint fingerprint) => _state.StrikesOf(fingerprint, _process.Time.GetUtcNow());

    public async Task<PoisonVerdict> AddAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        _process.Say($"tells of {happened.Subject.ContentHash[..6]}: {Word(happened)}");
        var isLost = happened is PoisonEvent.Struck ? PlantedBug.StrikeLost : PlantedBug.AcquittalLost;
        if (_bug == isLost) return PoisonVerdict.Suspect;
        while (!await TryAppendAsync(happened, cancellationToken))
            await Task.Delay(Again, _process.Time, cancellationToken);
        _state = _state.Apply(happened);
        return _state.JudgeSubject(happened, _process.Time.GetUtcNow());
    }

    public PoisonVerdict Judge(Fingerprint image, Fingerprint request, string tenant) =>
        _state.Judge(image, request, tenant, _process.Time.GetUtcNow());

    public IReadOnlyList<PoisonEntry> List() => _state.List(_process.Time.GetUtcNow());

    public IReadOnlyList<Strike> Losses(Fingerprint image, Fingerprint request) =>
        _state.Losses(image, request, _process.Time.GetUtcNow());

    /// <summary>There is more to read.</summary>
    public void Call()
    {
        if (_reading || !_process.IsAlive) return;
        _reading = true;
        _process.After(_wire.Weather.Delay(), Read);
    }

    private async Task<bool> TryAppendAsync(PoisonEvent happened, CancellationToken cancellationToken)
    {
        try
        {
            return await _wire.CallAsync(
                _process, _log.Process, "tell",
                () => _log.AppendAsync(PoisonText.Write(happened)), ConfirmTimeout,
                cancellationToken);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Word(PoisonEvent happened) =>
        happened is PoisonEvent.Struck { Strike: var strike } ? $"struck by {strike.Cause}" : "acquitted";

    private void Read()
    {
        _reading = false;
        if (_log.IsAway || _wire.Weather.IsCut(_process, _log.Process))
        {
            _reading = true;
            _process.After(Again, Read);
            return;
        }
        while (_read < _log.Events.Count)
        {
            var reading = PoisonText.Read(_log.Events[_read++]);
            _state = _state.Apply(reading.Event!);
        }
    }
}
