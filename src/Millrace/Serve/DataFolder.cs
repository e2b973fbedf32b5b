using System.Security.Cryptography;

namespace Millrace.Serve;

/// <summary>The folder of one server's state, held by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string SecretName = "operator.secret";
    private const string AddressName = "operator.url";
    private const string ManagementName = "management.url";
    private const int SecretBytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _path;
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <summary>Settings of this server, if the file is there.</summary>
    public string SettingsPath => SettingsOf(_path);

    /// <summary>The folder of the embedded queue and poison ledger.</summary>
    public string QueuePath => Path.Combine(_path, "queue");

    /// <summary>The folder of the embedded object store.</summary>
    public string ObjectsPath => Path.Combine(_path, "objects");

    /// <summary>The folder of the embedded usage ledger.</summary>
    public string LedgerPath => LedgerOf(_path);

    /// <summary>The folder of management's database.</summary>
    public string ManagementPath => Path.Combine(_path, "management");

    /// <summary>The folder of usage that is not shipped yet.</summary>
    public string UsagePath => Path.Combine(_path, "usage");

    /// <summary>The folder of what is counted of this server's answers.</summary>
    public string AnswersPath => Path.Combine(_path, "answers");

    /// <summary>The secret of this server's operators.</summary>
    public string SecretPath => Path.Combine(_path, SecretName);

    /// <summary>Makes the folder if need be, and holds it until disposed.</summary>
    /// <exception cref="IOException">
    /// It cannot be made or written, or another process holds it; the message says which.
    /// </exception>
    public static DataFolder Open(DirectoryInfo folder)
    {
        var opened = Hold(folder);
        try
        {
            opened.MakeSecret();
            return opened;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            opened.Dispose();
            throw Unwritable(folder, exception);
        }
    }

    /// <summary>Where the server that works on this folder hears its operators, and their secret's file.</summary>
    /// <exception cref="IOException">No server has said so in this folder.</exception>
    public static (Uri Address, string SecretPath) OperatorsOf(DirectoryInfo folder)
    {
        var address = Path.Combine(folder.FullName, AddressName);
        return File.Exists(address)
            ? (new Uri(File.ReadAllText(address).Trim()), Path.Combine(folder.FullName, SecretName))
            : throw new IOException(
                $"--data: no millrace serves from '{folder.FullName}'; start it with serve --data.");
    }

    /// <summary>Where a server that works on a folder has its settings.</summary>
    public static string SettingsOf(string folder) => Path.Combine(folder, "millrace.json");

    /// <summary>Where a server that works on a folder has its usage ledger.</summary>
    public static string LedgerOf(string folder) => Path.Combine(folder, "ledger");

    /// <summary>Where the server that works on this folder has its management, and its owner's token's file.</summary>
    /// <exception cref="IOException">No server with keys serves from this folder.</exception>
    public static (Uri Address, string TokenPath) ManagementOf(DirectoryInfo folder)
    {
        var address = Path.Combine(folder.FullName, ManagementName);
        return File.Exists(address)
            ? (new Uri(File.ReadAllText(address).Trim()), Path.Combine(folder.FullName, SecretName))
            : throw new IOException(
                $"--data: no millrace with keys serves from '{folder.FullName}'; start it with serve --data, "
                + "without --open.");
    }

    /// <summary>Leaves word for operators where management is.</summary>
    public void TellManagement(string address) =>
        File.WriteAllText(Path.Combine(_path, ManagementName), address + "\n");

    /// <summary>Leaves word for operators where this server hears them.</summary>
    public void TellOperators(string address) => File.WriteAllText(Path.Combine(_path, AddressName), address + "\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(Path.Combine(_path, AddressName));
        File.Delete(Path.Combine(_path, ManagementName));
        _lock.Dispose();
    }

    private void MakeSecret()
    {
        if (File.Exists(SecretPath)) return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var writer = new StreamWriter(SecretPath, options);
        writer.WriteLine(System.Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)));
    }

    private static DataFolder Hold(DirectoryInfo folder)
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
            throw Unwritable(folder, exception);
        }
    }

    private static IOException Unwritable(DirectoryInfo folder, Exception exception) =>
        new($"--data: '{folder.FullName}' cannot be written: {exception.Message}", exception);
}
