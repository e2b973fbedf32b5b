using Millrace.Drills.History;

namespace Millrace.Drills.Tests.History;

public sealed class HistoryBookTests
{
    [Fact]
    public void Append_WritesALineThatReadsAsTheSameEntry()
    {
        using var lines = new StringWriter();
        var book = new HistoryBook(lines, TimeProvider.System);

        book.Append(new() { Process = "client-1", F = Operation.Submit, Key = "k", Type = EntryType.Info, Units = 2 });
        book.Append(new() { Process = "client-1", F = Operation.Submit, Key = "k", Type = EntryType.Info });

        var read = lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(HistoryText.Read);
        Assert.Equal(book.Entries, read);
        Assert.Equal([0, 1], book.Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void Write_NamesTheFieldsOfTheRecordForm()
    {
        var line = HistoryText.Write(new() { F = Operation.Look, Type = EntryType.Ok, JobId = "j", Sha256 = "s" });

        Assert.Equal("""{"index":0,"tNs":0,"f":"look","type":"ok","jobId":"j","sha256":"s"}""", line);
    }
}
