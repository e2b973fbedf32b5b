using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Metering.Journal;

/// <summary>
/// The folder of one epoch: who and when, the files of its journal, and how far it has been shipped. What reads is safe
/// beside what writes.
/// </summary>
internal sealed class EpochFolder
{
    private const string NameFile = "epoch.json";

    private EpochFolder(string path, EpochName name) => (Path, Name) = (path, name);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Whose and of when it is.</summary>
    public EpochName Name { get; }

    /// <summary>Makes an epoch's folder; on the disk when this returns.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    public static EpochFolder Create(string parent, EpochName name)
    {
        var path = System.IO.Path.Combine(parent, name.Epoch.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path);
        var text = JsonSerializer.SerializeToUtf8Bytes(name, EpochJson.Default.EpochName);
        Disk.Replace(System.IO.Path.Combine(path, NameFile), text);
        Disk.FlushNames(parent);
        return new EpochFolder(path, name);
    }

    /// <summary>Every epoch of a folder, the oldest first; what was not made whole holds nothing and is removed.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    /// <exception cref="InvalidDataException">An epoch has records, but its name cannot be read.</exception>
    public static IReadOnlyList<EpochFolder> All(string parent)
    {
        var found = new List<EpochFolder>();
        foreach (var path in Directory.EnumerateDirectories(parent))
        {
            if (NumberOf(path) is null) continue;
            if (Read(path) is { } epoch) found.Add(epoch);
            else if (Directory.EnumerateFiles(path, "*" + JournalFile.Ending).Any()) throw Unreadable(path);
            else Directory.Delete(path, recursive: true);
        }
        return [.. found.OrderBy(epoch => epoch.Name.Epoch)];
    }

    /// <summary>Numbers of its files, ascending.</summary>
    public IReadOnlyList<int> Files() =>
    [
        .. Directory.EnumerateFiles(Path, "*" + JournalFile.Ending)
            .Select(file => System.IO.Path.GetFileNameWithoutExtension(file))
            .Select(text => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))
            .Order(),
    ];

    /// <summary>Sequence of a file's first record; null when it has no head.</summary>
    public long? FirstOf(int number)
    {
        using var scan = JournalScan.Open(Path, number, Name.Epoch);
        return scan?.Place.Sequence + 1;
    }

    /// <summary>
    /// Finds the end of an epoch that nobody writes any more, and cuts off what is not a whole record behind it.
    /// </summary>
    /// <returns>Sequence of its last record, 0 for none; and how many bytes were cut off.</returns>
    public (long Last, long BytesCut) Recover()
    {
        var cut = 0L;
        foreach (var number in Files().Reverse())
        {
            using var scan = JournalScan.Open(Path, number, Name.Epoch);
            if (scan is null)
            {
                cut += BehindIn(number, 0);
                File.Delete(JournalFile.PathOf(Path, number));
                continue;
            }
            while (scan.Next())
            {
            }
            return (scan.Place.Sequence, cut + CutOff(scan.Place));
        }
        return (0, cut);
    }

    /// <summary>Removes files all of whose records are before a sequence; the last file stays.</summary>
    /// <returns>Whether any went.</returns>
    public bool RemoveThrough(long sequence)
    {
        var files = Files();
        var removed = false;
        for (var i = 0; i + 1 < files.Count && FirstOf(files[i + 1]) <= sequence + 1; i++)
        {
            File.Delete(JournalFile.PathOf(Path, files[i]));
            removed = true;
        }
        return removed;
    }

    /// <summary>Removes all of it.</summary>
    public void Remove() => Directory.Delete(Path, recursive: true);

    /// <summary>Bytes of its files before one.</summary>
    public long BytesBefore(int number) => Files().Where(file => file < number)
        .Sum(file => new FileInfo(JournalFile.PathOf(Path, file)) is { Exists: true } found ? found.Length : 0);

    private long CutOff(JournalPlace end)
    {
        using var file = File.OpenHandle(
            JournalFile.PathOf(Path, end.Number), FileMode.Open, FileAccess.ReadWrite);
        if (RandomAccess.GetLength(file) == end.Offset) return 0;
        var behind = BehindIn(end.Number, end.Offset);
        RandomAccess.SetLength(file, end.Offset);
        Disk.Flush(file);
        return behind;
    }

    // Bytes behind a place that are more than the zeros of a file which was not finished.
    private long BehindIn(int number, long offset)
    {
        using var file = File.OpenRead(JournalFile.PathOf(Path, number));
        file.Position = offset;
        var (buffer, behind) = (new byte[64 * 1024], 0L);
        while (file.Read(buffer) is > 0 and var read)
        {
            var last = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            if (last >= 0) behind = file.Position - read + last + 1 - offset;
        }
        return behind;
    }

    private static long? NumberOf(string path) =>
        long.TryParse(System.IO.Path.GetFileName(path), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static EpochFolder? Read(string path)
    {
        var file = System.IO.Path.Combine(path, NameFile);
        if (!File.Exists(file)) return null;
        try
        {
            var name = JsonSerializer.Deserialize(File.ReadAllBytes(file), EpochJson.Default.EpochName);
            return name is null ? null : new EpochFolder(path, name);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static InvalidDataException Unreadable(string path) => new(
        $"'{path}' has usage records, but its {NameFile} cannot be read: restore that file, or move the folder away.");
}

/// <summary>Whose epoch it is, and of when.</summary>
/// <param name="Recorder">Who.</param>
/// <param name="Epoch">Its boot.</param>
/// <param name="BeganAt">When, by its clock.</param>
internal sealed record EpochName(string Recorder, long Epoch, DateTimeOffset BeganAt);

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EpochName))]
internal sealed partial class EpochJson : JsonSerializerContext;
