using System.Globalization;
using System.Text;
using Millrace.Metering.Journal;

namespace Millrace.Metering;

/// <summary>The folder of one recorder's epochs, held by one process at a time.</summary>
internal sealed class RecorderFolder : IDisposable
{
    private const string LockName = "lock";
    private const string LatestName = "latest-epoch";
    private readonly string _path;
    private readonly FileStream _lock;

    private RecorderFolder(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <summary>Makes the folder if need be, and holds it until disposed.</summary>
    /// <exception cref="IOException">
    /// It cannot be written, or another process holds it; the message says which.
    /// </exception>
    public static RecorderFolder Open(string folder, string recorder)
    {
        var path = Path.GetFullPath(Path.Combine(folder, recorder));
        var lockPath = Path.Combine(path, LockName);
        try
        {
            Directory.CreateDirectory(path);
            return new RecorderFolder(
                path, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (File.Exists(lockPath))
        {
            throw new IOException(
                $"Metering:Folder: '{path}' is in use by another process; give each a Metering:Recorder of its own.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Metering:Folder: '{path}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>The epochs that are here, the oldest first.</summary>
    public IReadOnlyList<EpochFolder> Epochs() => EpochFolder.All(_path);

    /// <summary>Makes the folder of a new epoch, above every earlier one.</summary>
    /// <param name="recorder">Who.</param>
    /// <param name="now">By its clock.</param>
    public EpochFolder Begin(string recorder, DateTimeOffset now)
    {
        var latest = Epochs().Select(epoch => epoch.Name.Epoch).Append(ReadLatest()).Max();
        var epoch = Math.Max(now.ToUnixTimeMilliseconds(), latest + 1);
        Disk.Replace(
            Path.Combine(_path, LatestName), Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture)));
        return EpochFolder.Create(_path, new EpochName(recorder, epoch, now));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private long ReadLatest()
    {
        var path = Path.Combine(_path, LatestName);
        if (!File.Exists(path)) return 0;
        return long.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var latest)
            ? latest
            : throw new InvalidDataException($"'{path}' is no number: move it away, if the clock is right.");
    }
}
