using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Millrace.Storage.Files;

namespace Millrace.Storage.Tests.Files;

/// <summary>A folder with the stores of one test; removed with what is open in it.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly List<FileObjectStore> _open = [];

    public StoreFolder(int folderNamesMax = 2_048)
    {
        Options = new FileObjectStoreOptions
        {
            Folder = Path.Combine(Outside, "objects"),
            FolderNamesMax = folderNamesMax,
            FreeBytesMin = 0,
        };
    }

    /// <summary>A folder that the store's lies in.</summary>
    public string Outside { get; } = Directory.CreateTempSubdirectory("millrace-objects-").FullName;

    public FileObjectStoreOptions Options { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string Temporary => Path.Combine(Options.Folder, ".tmp");

    public FileObjectStore Open()
    {
        var store = new FileObjectStore(
            Microsoft.Extensions.Options.Options.Create(Options), Time,
            () => new Guid(RandomNumberGenerator.GetBytes(16)));
        _open.Add(store);
        return store;
    }

    /// <summary>Another process on the same folder.</summary>
    public ProcessStartInfo Process() => new("dotnet", VictimArguments(Options.Folder, Options.FolderNamesMax));

    public static string[] VictimArguments(string folder, int folderNamesMax = 2_048) =>
    [
        Path.Combine(
            AppContext.BaseDirectory.Replace("Storage.Tests", "Storage.Victim", StringComparison.Ordinal),
            "Millrace.Storage.Victim.dll"),
        "files", folder, folderNamesMax.ToString(CultureInfo.InvariantCulture),
    ];

    public void Dispose()
    {
        _open.ForEach(store => store.Dispose());
        Directory.Delete(Outside, recursive: true);
    }
}
