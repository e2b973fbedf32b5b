using Millrace.Core.Objects;

namespace Millrace.Billing.Archive;

/// <summary>All manifests, read from the cold store and held against one another and against their marks.</summary>
internal sealed class ArchiveChain(IObjectStore hot, IObjectStore cold)
{
    private const long ManifestsMax = 1_000_000;
    private readonly List<ArchiveManifest> _manifests = [];
    private readonly List<string> _faults = [];
    private string _head = ArchiveText.NoHash;

    /// <summary>Those that could be read, by number.</summary>
    public IReadOnlyList<ArchiveManifest> Manifests => _manifests;

    /// <summary>What is missing or was altered, a sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="ObjectStoreException">A store cannot.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var last = await LastAsync(cancellationToken);
        for (long number = _manifests.Count + 1; number <= Math.Min(last, ManifestsMax); number++)
            await ReadAsync(number, cancellationToken);
    }

    /// <summary>Appends a manifest and its mark.</summary>
    /// <returns>False when somebody else has appended.</returns>
    /// <exception cref="ObjectStoreException">A store cannot; the manifest may be there.</exception>
    public async Task<bool> AppendAsync(
        Func<long, string, ArchiveManifest> make, CancellationToken cancellationToken)
    {
        var manifest = make(_manifests.Count + 1, _head);
        var bytes = ArchiveText.Write(manifest);
        if (!await StoredText.CreateAsync(cold, ArchiveText.Manifest(manifest.Number), bytes, cancellationToken))
            return false;
        _head = StoredText.Hash(bytes);
        _manifests.Add(manifest);
        await MarkAsync(manifest.Number, cancellationToken);
        return true;
    }

    private async Task ReadAsync(long number, CancellationToken cancellationToken)
    {
        var key = ArchiveText.Manifest(number);
        try
        {
            if (await ArchiveText.ReadAsync(cold, number, cancellationToken) is not { } read)
            {
                _faults.Add($"'{key}' is missing.");
                _head = "";
                return;
            }
            if (_head.Length > 0 && read.Manifest.Previous != _head)
            {
                var before = ArchiveText.Manifest(number - 1);
                _faults.Add($"'{before}' or '{key}' was altered: one does not follow the other.");
            }
            if (await AlteredAsync(number, read.Hash, cancellationToken)) _faults.Add($"'{key}' was altered.");
            _manifests.Add(read.Manifest);
            _head = read.Hash;
        }
        catch (InvalidDataException exception)
        {
            _faults.Add(exception.Message);
            _head = "";
        }
    }

    // A crash between manifest and mark leaves no mark: it is made then.
    private async Task<bool> AlteredAsync(long number, string hash, CancellationToken cancellationToken)
    {
        var mark = await StoredText.ReadAsync(hot, ArchiveText.Mark(number), hash.Length, cancellationToken);
        return mark is not null && System.Text.Encoding.ASCII.GetString(mark) != hash;
    }

    private async Task MarkAsync(long number, CancellationToken cancellationToken) => await hot.PutAsync(
        ArchiveText.Mark(number), System.Text.Encoding.ASCII.GetBytes(_head), PutMode.Create, cancellationToken);

    private async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        var last = 0L;
        await foreach (var head in cold.ListAsync(ArchiveText.Manifests, null, cancellationToken))
            last = Math.Max(last, NumberOf(head.Key));
        await foreach (var head in hot.ListAsync("billing/archived/", null, cancellationToken))
            last = Math.Max(last, NumberOf(head.Key));
        return last;
    }

    private static long NumberOf(ObjectKey key) =>
        long.TryParse(Path.GetFileNameWithoutExtension(key.ToString()), out var number) ? number : 0;
}
