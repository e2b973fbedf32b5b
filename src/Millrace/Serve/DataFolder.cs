namespace Millrace.Serve;

/// <summary>The folder of one server's state, held by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        SettingsPath = Path.Combine(path, "millrace.json");
        _lock = held;
    }

    /// <summary>Settings of this server, if the file is there.</summary>
    public string SettingsPath { get; }

    /// <summary>Makes the folder if need be, and holds it until disposed.</summary>
    /// <exception cref="IOException">
    /// It cannot be made or written, or another process holds it; the message says which.
    /// </exception>
    public static DataFolder Open(DirectoryInfo folder)
    {
        var lockPath = Path.Combine(folder.FullName, "millrace.lock");
        try
        {
            folder.Create();
            return new DataFolder(
                folder.FullName, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (File.Exists(lockPath))
        {
            throw new IOException(
                $"--data: '{folder.FullName}' is in use by another millrace; stop that, or name another folder.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--data: '{folder.FullName}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
