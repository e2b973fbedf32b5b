using System.Globalization;
using Millrace.Contracts.Tickets;
using Millrace.Core.Tickets;

namespace Millrace.Queue.Tests.Sqlite;

/// <summary>
/// What the lives of a victim have said, and what may and must be in its queue after each: everything acknowledged and
/// not taken out, nothing whose completion was acknowledged, all in order.
/// </summary>
internal sealed class VictimHistory
{
    private const int Tenants = 3;

    private readonly Dictionary<int, Known> _known = [];
    private readonly int[] _lastFirst = [-1, -1, -1];
    private int _next = 1;

    /// <summary>Enqueues that were acknowledged in all lives.</summary>
    public int Stored { get; private set; }

    /// <summary>Completions that were acknowledged in all lives.</summary>
    public int Completed { get; private set; }

    /// <summary>The next life's first number: above all before, and of the first tenant.</summary>
    public int NextFirst => _next + ((Tenants - (_next % Tenants)) % Tenants);

    /// <summary>Takes down one line.</summary>
    public void Heard(string line)
    {
        var words = line.Split(' ');
        var number = int.Parse(words[1], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "?":
                _known.Add(number, new Known());
                _next = Math.Max(_next, number + 1);
                break;
            case "+":
                _known[number].IsStored = true;
                Stored++;
                break;
            case "l":
                Leased(number, int.Parse(words[2], CultureInfo.InvariantCulture));
                break;
            case "b":
                _known[number].IsEnding = true;
                break;
            case "-":
                Assert.False(_known[number].IsGone, $"The completion of {number} was acknowledged twice.");
                _known[number].IsGone = true;
                Completed++;
                break;
        }
    }

    /// <summary>
    /// Holds what the queue has after a life against what was said, and takes it for known from then on.
    /// </summary>
    /// <param name="leases">All of it, in the order in which it came.</param>
    public void Judge(IReadOnlyList<ILease> leases)
    {
        var found = leases.ToDictionary(lease => lease.Ticket.Number());
        foreach (var tenant in leases.GroupBy(lease => lease.Ticket.Tenant, lease => lease.Ticket.Number()))
            Assert.Equal(tenant.Order(), tenant);
        foreach (var (number, lease) in found)
        {
            Assert.True(_known.TryGetValue(number, out var known), $"Nobody has enqueued {number}.");
            Assert.False(known.IsGone, $"{number} is there again.");
            Assert.True(lease.Deliveries > known.Deliveries, $"A hand-out of {number} was forgotten.");
            (known.IsStored, known.IsEnding, known.Deliveries) = (true, false, lease.Deliveries);
        }
        foreach (var (number, known) in _known.Where(one => !found.ContainsKey(one.Key)))
        {
            Assert.True(!known.IsStored || known.IsEnding || known.IsGone, $"{number} was acknowledged and is lost.");
            known.IsGone = true;
        }
    }

    private void Leased(int number, int deliveries)
    {
        var known = _known[number];
        Assert.False(known.IsGone, $"{number} was handed out after its completion.");
        Assert.True(deliveries > known.Deliveries, $"A hand-out of {number} was forgotten.");
        known.Deliveries = deliveries;
        if (deliveries > 1) return;
        Assert.True(number > _lastFirst[number % Tenants], $"{number} was handed out after one that came later.");
        _lastFirst[number % Tenants] = number;
    }

    private sealed class Known
    {
        public bool IsStored { get; set; }

        public bool IsEnding { get; set; }

        public bool IsGone { get; set; }

        public int Deliveries { get; set; }
    }
}
