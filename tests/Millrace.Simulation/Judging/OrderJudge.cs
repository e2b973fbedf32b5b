using Millrace.Core.Tickets;

namespace Millrace.Simulation.Judging;

/// <summary>
/// First in, first out by tenant and lane: of two tickets of which the first was confirmed before the second was sent,
/// the first is handed out first. Only first hand-outs count. While a tenant's cell is away its tickets go to another,
/// and those that wait in the first are overtaken: that is said, and not judged.
/// </summary>
internal sealed class OrderJudge(Judge judge)
{
    private readonly Dictionary<Guid, Way> _ways = [];
    private readonly Dictionary<(string, Lane), List<Way>> _lanes = [];
    private int _moment;

    /// <summary>A first ticket is sent to the queue.</summary>
    public void Sent(Ticket ticket)
    {
        if (ticket.Attempt > 1 || ticket.Hedge || _ways.ContainsKey(ticket.Id)) return;
        var way = new Way(ticket.Id, ticket.Cell, ++_moment);
        _ways.Add(ticket.Id, way);
        var key = (ticket.Tenant, ticket.Lane);
        if (!_lanes.TryGetValue(key, out var lane)) _lanes.Add(key, lane = []);
        lane.Add(way);
    }

    /// <summary>The sender was told that it is stored.</summary>
    public void Confirmed(Ticket ticket)
    {
        if (_ways.TryGetValue(ticket.Id, out var way) && way.ConfirmedAt == 0) way.ConfirmedAt = ++_moment;
    }

    /// <summary>A cell is away: who goes elsewhere meanwhile is not judged.</summary>
    public bool CellsMayDiffer { get; set; }

    /// <summary>The queue hands it out.</summary>
    public void HandedOut(Ticket ticket)
    {
        if (!_ways.TryGetValue(ticket.Id, out var way) || way.IsOut) return;
        way.IsOut = true;
        if (!_lanes.TryGetValue((ticket.Tenant, ticket.Lane), out var lane)) return;
        foreach (var other in lane)
        {
            if (IsOvertaken(other, way))
                judge.Broken("order", $"{way.Id:N} of {ticket.Tenant}, {ticket.Lane}, overtook {other.Id:N}");
        }
    }

    private bool IsOvertaken(Way other, Way way)
    {
        var waits = !other.IsOut && !other.IsOver;
        var wasBefore = other.ConfirmedAt > 0 && other.ConfirmedAt < way.SentAt;
        return waits && wasBefore && (other.Cell == way.Cell || !CellsMayDiffer);
    }

    /// <summary>Nobody waits for it: it may be handed out whenever.</summary>
    public void Over(Guid id)
    {
        if (_ways.TryGetValue(id, out var way)) way.IsOver = true;
    }

    private sealed class Way(Guid id, int cell, int sentAt)
    {
        public Guid Id => id;

        public int Cell => cell;

        public int SentAt => sentAt;

        public int ConfirmedAt { get; set; }

        public bool IsOut { get; set; }

        public bool IsOver { get; set; }
    }
}
