using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Identity;

namespace Millrace.Identity.Copies;

/// <summary>
/// A table on this machine's disk, so that it can start while management is away: pages of <see cref="IdentityText"/>,
/// one a line, and a last line with the SHA-256 of all before it. It is replaced as a whole, and believed as a whole or
/// not at all. Beside it stands when management was heard last. For one writer.
/// </summary>
internal sealed class IdentityCopy(string folder)
{
    private const string CopyName = "identity.copy";
    private const string HeardName = "identity.heard";
    private const string SumPrefix = "sha256 ";
    private const string NewSuffix = ".new";
    private const int BufferBytes = 1 << 16;

    // There are secrets in it: signing pairs, and of senders those of endpoints.
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string CopyPath => Path.Combine(folder, CopyName);

    private string HeardPath => Path.Combine(folder, HeardName);

    /// <summary>Writes all entries of a table.</summary>
    /// <param name="table">May change meanwhile: the copy then reaches as far as it did at the beginning.</param>
    /// <param name="heardAt">When management was heard last.</param>
    /// <param name="cancellationToken">Leaves the copy as it was.</param>
    /// <exception cref="IOException">It cannot be written; the copy is as it was.</exception>
    public async Task WriteAsync(IdentityTable table, DateTimeOffset heardAt, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await ReplaceAsync(CopyPath, async stream =>
        {
            using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var reaches = table.Reaches;
            var page = new IdentityPage
            {
                Entries = [],
                Reaches = reaches,
                Head = reaches,
                At = heardAt,
                LiveEdges = 1,
                IsLast = false,
            };
            foreach (var entries in table.Entries().Chunk(IdentityPages.EntriesMax))
            {
                foreach (var piece in IdentityPages.Cut(page with { Entries = entries }))
                    await WriteLineAsync(stream, sum, piece with { Reaches = reaches, IsLast = false });
            }
            await WriteLineAsync(stream, sum, page with { IsLast = true });
            var end = SumPrefix + System.Convert.ToHexStringLower(sum.GetHashAndReset()) + "\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(end), cancellationToken);
        }, cancellationToken);
        await WriteHeardAsync(heardAt, cancellationToken);
    }

    /// <summary>Notes that management was heard, and had nothing new.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Task WriteHeardAsync(DateTimeOffset heardAt, CancellationToken cancellationToken)
    {
        var text = heardAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "\n";
        return ReplaceAsync(
            HeardPath, async stream => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken),
            cancellationToken);
    }

    /// <summary>Reads the copy; never throws for what stands in it.</summary>
    public CopyReading Read()
    {
        try
        {
            return File.Exists(CopyPath) ? ReadCopy() : new(null, default, "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(null, default, exception.Message);
        }
    }

    private CopyReading ReadCopy()
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new FileStream(CopyPath, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        var table = new IdentityTable();
        var (heardAt, isWhole) = (default(DateTimeOffset), false);
        var lines = new CopyLines(stream);
        while (lines.Next(out var line))
        {
            if (isWhole) return Ended(table, heardAt, line, sum, lines);
            var page = IdentityText.ReadPage(line);
            if (page.Value is null) return new(null, default, "A line of it cannot be read. " + page.Reason);
            sum.AppendData(line);
            sum.AppendData("\n"u8);
            (heardAt, isWhole) = (page.Value.At, page.Value.IsLast);
            table.Apply(page.Value.Entries, isWhole ? page.Value.Reaches : 0);
        }
        return new(null, default, "It is cut off.");
    }

    private CopyReading Ended(
        IdentityTable table, DateTimeOffset heardAt, ReadOnlySpan<byte> end, IncrementalHash sum, CopyLines lines)
    {
        var expected = Encoding.ASCII.GetBytes(SumPrefix + System.Convert.ToHexStringLower(sum.GetHashAndReset()));
        return end.SequenceEqual(expected) && !lines.Next(out _)
            ? new(table, Later(heardAt, ReadHeard()), "")
            : new(null, default, "Its sum is wrong.");
    }

    private DateTimeOffset ReadHeard()
    {
        if (!File.Exists(HeardPath)) return default;
        var text = File.ReadLines(HeardPath).FirstOrDefault("");
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : default;
    }

    private static async Task WriteLineAsync(FileStream stream, IncrementalHash sum, IdentityPage page)
    {
        var text = IdentityText.Write(page);
        sum.AppendData(text);
        sum.AppendData("\n"u8);
        await stream.WriteAsync(text);
        await stream.WriteAsync("\n"u8.ToArray());
    }

    // A file under another name, on disk before it takes the name: half a copy is never there.
    private static async Task ReplaceAsync(
        string path, Func<FileStream, Task> write, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = BufferBytes,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        await using (var stream = new FileStream(path + NewSuffix, options))
        {
            await write(stream);
            await stream.FlushAsync(cancellationToken);
            stream.Flush(flushToDisk: true);
        }
        cancellationToken.ThrowIfCancellationRequested();
        File.Move(path + NewSuffix, path, overwrite: true);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>What stood on disk.</summary>
/// <param name="Table">Null: nothing, or nothing that can be believed.</param>
/// <param name="HeardAt">When management was heard last, by this machine's clock then.</param>
/// <param name="Reason">Why it cannot be believed; empty when it can, or is not there.</param>
internal readonly record struct CopyReading(IdentityTable? Table, DateTimeOffset HeardAt, string Reason);
