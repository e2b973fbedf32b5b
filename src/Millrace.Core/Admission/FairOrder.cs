namespace Millrace.Core.Admission;

/// <summary>
/// The tenants from which a place can be taken, the one with the greatest key first: a binary heap in which a key can
/// change, so that neither admission nor the end of a request looks at all tenants.
/// </summary>
internal sealed class FairOrder
{
    private readonly List<TenantLoad> _heap = [];

    /// <summary>The one with the greatest key; null when there is none.</summary>
    public TenantLoad? First => _heap.Count > 0 ? _heap[0] : null;

    /// <summary>All of them, the first first and the others in no order.</summary>
    public IReadOnlyList<TenantLoad> All => _heap;

    /// <summary>Gives a tenant its key; 0 takes it out.</summary>
    public void Set(TenantLoad load, double key)
    {
        if (key <= 0)
        {
            Remove(load);
            return;
        }
        load.Key = key;
        if (load.Index < 0)
        {
            _heap.Add(load);
            load.Index = _heap.Count - 1;
        }
        Rise(load.Index);
        Sink(load.Index);
    }

    private void Remove(TenantLoad load)
    {
        var hole = load.Index;
        if (hole < 0) return;
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        load.Index = -1;
        if (last == load) return;
        Put(hole, last);
        Rise(hole);
        Sink(last.Index);
    }

    private void Rise(int index)
    {
        while (index > 0 && _heap[(index - 1) / 2].Key < _heap[index].Key)
        {
            Swap(index, (index - 1) / 2);
            index = (index - 1) / 2;
        }
    }

    private void Sink(int index)
    {
        while (true)
        {
            var greatest = index;
            if (IsGreater((2 * index) + 1, greatest)) greatest = (2 * index) + 1;
            if (IsGreater((2 * index) + 2, greatest)) greatest = (2 * index) + 2;
            if (greatest == index) return;
            Swap(index, greatest);
            index = greatest;
        }
    }

    private bool IsGreater(int child, int than) => child < _heap.Count && _heap[child].Key > _heap[than].Key;

    private void Swap(int one, int other)
    {
        var held = _heap[one];
        Put(one, _heap[other]);
        Put(other, held);
    }

    private void Put(int index, TenantLoad load)
    {
        _heap[index] = load;
        load.Index = index;
    }
}
