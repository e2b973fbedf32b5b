using Millrace.Core.Objects;

namespace Millrace.Billing.Archive;

/// <summary>Looks whether the archive is whole, and brings days back.</summary>
internal sealed class ArchiveReading(IObjectStore hot, ColdStore cold)
{
    /// <summary>Reads every manifest and every volume.</summary>
    /// <param name="told">Is given the day that is read next; may be null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What is missing or was altered, a sentence each; empty when all is well.</returns>
    /// <exception cref="ObjectStoreException">A store is away.</exception>
    public async Task<IReadOnlyList<string>> VerifyAsync(Action<string>? told, CancellationToken cancellationToken)
    {
        var chain = await ChainAsync(cancellationToken);
        var faults = new List<string>(chain.Faults);
        foreach (var manifest in chain.Manifests)
        {
            told?.Invoke(manifest.Day);
            foreach (var volume in manifest.Volumes)
                faults.AddRange(await VolumeReader.ReadAsync(cold.Objects, volume, take: null, cancellationToken));
        }
        return faults;
    }

    /// <summary>Puts the segments of days back where they stood; those that are there stay.</summary>
    /// <param name="first">The first day, for example <c>2026-08-01</c>.</param>
    /// <param name="last">The last day.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Objects that are there now, and what could not be restored.</returns>
    /// <exception cref="ObjectStoreException">A store is away.</exception>
    public async Task<(int Restored, IReadOnlyList<string> Faults)> RestoreAsync(
        string first, string last, CancellationToken cancellationToken)
    {
        var chain = await ChainAsync(cancellationToken);
        var (restored, faults) = (0, new List<string>(chain.Faults));
        var days = chain.Manifests.Where(manifest =>
            string.CompareOrdinal(manifest.Day, first) >= 0 && string.CompareOrdinal(manifest.Day, last) <= 0).ToList();
        if (days.Count == 0) faults.Add($"Nothing of {first} to {last} is in the archive.");
        foreach (var volume in days.SelectMany(manifest => manifest.Volumes))
        {
            faults.AddRange(await VolumeReader.ReadAsync(cold.Objects, volume, PutAsync, cancellationToken));
        }
        return (restored, faults);

        async Task PutAsync(ArchiveFile file, byte[] bytes)
        {
            if (await StoredText.CreateAsync(hot, ObjectKey.Of(file.Key), bytes, cancellationToken)) restored++;
            else faults.Add($"'{file.Key}' is in the hot store with other bytes than in the archive; it stays.");
        }
    }

    /// <summary>The chain, for a report.</summary>
    public async Task<ArchiveChain> ChainAsync(CancellationToken cancellationToken)
    {
        var chain = new ArchiveChain(hot, cold.Objects);
        await chain.ReadAsync(cancellationToken);
        return chain;
    }
}
