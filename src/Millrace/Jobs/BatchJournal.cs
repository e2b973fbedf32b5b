using System.Text.Json;

namespace Millrace.Jobs;

/// <summary>
/// What was handed in and what is done, a line of JSON each, in the output folder: the same command goes on where it
/// was
/// stopped, however it was stopped. Safe for any number of threads.
/// </summary>
internal sealed class BatchJournal : IDisposable
{
    /// <summary>Its name in the output folder.</summary>
    public const string FileName = ".millrace-jobs";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, JournalEntry> _entries = new(StringComparer.Ordinal);
    private readonly StreamWriter _writer;

    private BatchJournal(FileStream file)
    {
        var reader = new StreamReader(file);
        var isWhole = true;
        while (reader.ReadLine() is { } line) isWhole = Take(line);
        _writer = new StreamWriter(file);
        // A line that was broken off must not spoil the next one.
        if (!isWhole) _writer.WriteLine();
    }

    /// <summary>Opens the journal of a folder, or begins one.</summary>
    /// <exception cref="IOException">Another command works with this folder, or it cannot be written.</exception>
    public static BatchJournal Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new IOException($"Another command works with {folder}, or its journal cannot be written.", exception);
        }
    }

    /// <summary>What is known of an image under its key; null when nothing is.</summary>
    public JournalEntry? Find(string key)
    {
        lock (_lock) return _entries.GetValueOrDefault(key);
    }

    /// <summary>Notes something; written out before this returns.</summary>
    public void Note(JournalEntry entry)
    {
        lock (_lock)
        {
            _entries[entry.Key] = entry;
            _writer.WriteLine(JsonSerializer.Serialize(entry));
            _writer.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private bool Take(string line)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<JournalEntry>(line);
            if (entry is { Key.Length: > 0 }) _entries[entry.Key] = entry;
            return true;
        }
        catch (JsonException)
        {
            // Broken off by a crash: its image is handed in again under the same key, and is the same job.
            return false;
        }
    }
}

/// <summary>What is known of an image.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Path">Of the image, from the folder.</param>
/// <param name="Job">The job that it became.</param>
/// <param name="Files">Its results, from the output folder; null while they are not written.</param>
internal sealed record JournalEntry(string Key, string Path, Guid Job, IReadOnlyList<string>? Files = null);
