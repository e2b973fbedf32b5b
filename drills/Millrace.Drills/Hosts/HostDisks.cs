namespace Millrace.Drills.Hosts;

/// <summary>Disks of the hosts that have one of their own.</summary>
internal sealed class HostDisks : IAsyncDisposable
{
    private readonly Dictionary<string, HostDisk> _disks = [];

    /// <param name="folder">Where all of them are mounted; emptied.</param>
    public HostDisks(string folder)
    {
        Folder = folder;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Where all of them are mounted.</summary>
    public string Folder { get; }

    /// <summary>A host's.</summary>
    /// <exception cref="KeyNotFoundException">It has none of its own.</exception>
    public HostDisk this[string host] => _disks[host];

    /// <summary>Makes one.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="path">Where, within the folder.</param>
    /// <param name="megabytes">Of room.</param>
    public async Task<HostDisk> MakeAsync(string host, string path, int megabytes) =>
        _disks[host] = await HostDisk.MakeAsync(Path.Combine(Folder, path), megabytes);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var disk in _disks.Values) await disk.DisposeAsync();
    }
}
