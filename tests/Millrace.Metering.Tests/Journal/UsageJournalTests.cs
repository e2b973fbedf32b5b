using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Tickets;
using Millrace.Metering.Journal;

namespace Millrace.Metering.Tests.Journal;

public sealed class UsageJournalTests
{
    [Fact]
    public void Record_ManyFromManyThreads_AreAllThereInManyFiles()
    {
        using var folder = new TestFolder();
        var made = Enumerable.Range(0, 2_000).Select(_ => Recorder.Of("t", Recorder.Noon)).ToList();
        using (var recorder = new Recorder(folder.Path, null, null))
        {
            var journal = recorder.Recording.Journal;
            foreach (var some in made.Chunk(100))
            {
                Parallel.ForEach(some, new ParallelOptions { MaxDegreeOfParallelism = 4 },
                    record => Assert.True(journal.Record(record)));
                JournalThread.Turn(journal);
            }
            Assert.Null(journal.Trouble);
            Assert.True(journal.Epoch.Files().Count > 8);
        }

        var (entries, cut) = Recovered(folder.Path);

        Assert.Equal(0, cut);
        Assert.Equal(Enumerable.Range(1, 2_000), entries.Select(entry => (int)entry.Sequence));
        Assert.Equal(made.ToHashSet(), entries.Select(entry => entry.Record).ToHashSet());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Recover_WhenTheTailIsTorn_CutsItAndKeepsWholeRecords(int bytesMissing)
    {
        using var folder = new TestFolder();
        using (var recorder = new Recorder(folder.Path, null, null)) recorder.Record(10);
        var file = Directory.EnumerateFiles(folder.Path, "*.journal", SearchOption.AllDirectories).Min()!;
        var bytes = File.ReadAllBytes(file);
        var end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        bytes.AsSpan(end - bytesMissing, bytesMissing).Clear();
        File.WriteAllBytes(file, bytes);

        var (entries, cut) = Recovered(folder.Path);

        Assert.Equal(9, entries.Count);
        Assert.True(cut > 0);
        Assert.Equal(0, Recovered(folder.Path).Cut);
    }

    [Fact]
    public void Record_WhenTheClockIsSetBack_KeepsBothTimesAndNeverGoesBack()
    {
        using var folder = new TestFolder();
        using (var recorder = new Recorder(folder.Path, null, null))
        {
            var journal = recorder.Recording.Journal;
            journal.Record(Recorder.Of("t", Recorder.Noon.AddMinutes(5)));
            journal.Record(Recorder.Of("t", Recorder.Noon.AddMinutes(-55)));
            journal.Record(Recorder.Of("t", Recorder.Noon.AddMinutes(-55), Lane.Bulk));
            journal.Record(Recorder.Of("t", Recorder.Noon.AddMinutes(6)));
        }

        var (entries, _) = Recovered(folder.Path);

        Assert.Equal([5, 5, -55, 6], entries.Select(entry => (int)(entry.Record.At - Recorder.Noon).TotalMinutes));
        Assert.Equal([0, 3_600_000L, 0, 0], entries.Select(entry => entry.ShiftMilliseconds));
    }

    [Fact]
    public void Look_AfterIt_NoRecordIsOfATimeBefore()
    {
        using var folder = new TestFolder();
        var time = new FakeTimeProvider(Recorder.Noon);
        using var recorder = new Recorder(folder.Path, null, null, time);
        var answeredAt = time.GetUtcNow();
        time.Advance(TimeSpan.FromSeconds(3));

        var (written, reaches) = recorder.Recording.Journal.Look();
        recorder.Recording.Journal.Record(Recorder.Of("t", answeredAt));

        Assert.Equal((0, Recorder.Noon.AddSeconds(3)), (written, reaches));
        Assert.Equal(reaches, Recovered(recorder.Recording.Journal.Epoch).Entries.Single().Record.At);
    }

    [Fact]
    public async Task Record_WhileAnotherHangsAtTheDisk_WaitsInMemory_AndIsWrittenWhenItGoesOn()
    {
        using var folder = new TestFolder();
        var time = new HangingTime(Recorder.Noon);
        using var recorder = new Recorder(folder.Path, null, null, time);
        var journal = recorder.Recording.Journal;
        time.Hang();
        // It holds what a copy holds, as one does whose page waits for the disk.
        var hanging = Task.Run(journal.Look, Recorder.Cancel);
        await time.Hangs.WaitAsync(Recorder.Cancel);

        var taken = await WhileItHangsAsync(time, () => journal.Record(Recorder.Of("t", Recorder.Noon)));
        var (held, trouble) = (journal.Held, journal.Trouble);
        time.GoOn();
        await hanging;
        JournalThread.Turn(journal);

        Assert.True(taken);
        Assert.Equal((1, "the disk hangs."), (held, trouble));
        Assert.Equal((0, null, 1), (journal.Held, journal.Trouble, journal.Written));
    }

    [Fact]
    public async Task End_WhileTheDiskHangs_GivesUp()
    {
        using var folder = new TestFolder();
        var time = new HangingTime(Recorder.Noon);
        using var recorder = new Recorder(folder.Path, null, null, time);
        var journal = recorder.Recording.Journal;
        journal.Record(Recorder.Of("t", Recorder.Noon));
        time.Hang();
        var hanging = Task.Run(journal.Look, Recorder.Cancel);
        await time.Hangs.WaitAsync(Recorder.Cancel);

        await WhileItHangsAsync(time, () =>
        {
            recorder.Recording.EndAsync(Recorder.Cancel).GetAwaiter().GetResult();
            return true;
        });
        time.GoOn();
        await hanging;

        Assert.Single(Recovered(journal.Epoch).Entries);
    }

    [Fact]
    public void Record_LeavesTheLastByteOfEachPage()
    {
        using var folder = new TestFolder();
        using (var recorder = new Recorder(folder.Path, null, null)) recorder.Record(2_000);

        var files = Directory.EnumerateFiles(folder.Path, "*.journal", SearchOption.AllDirectories)
            .Select(File.ReadAllBytes).ToList();

        Assert.True(files.Sum(bytes => bytes.Length) > 30 * JournalFile.PageBytes);
        Assert.All(files, bytes => Assert.All(
            bytes.Chunk(JournalFile.PageBytes).Where(page => page.Length == JournalFile.PageBytes),
            page => Assert.Equal(0, page[^1])));
        Assert.Equal(2_000, Recovered(folder.Path).Entries.Count);
    }

    [Fact]
    public void Refusing_WhenTheJournalIsAsLongAsItMayBe_SaysSo()
    {
        using var folder = new TestFolder();
        using var recorder = new Recorder(
            folder.Path, null, null, set: options => options with { JournalBytesMax = 64 * 1024 });
        var journal = recorder.Recording.Journal;
        var count = 0;
        while (journal.Refusing is null)
        {
            recorder.Record(100);
            JournalThread.Turn(journal);
            Assert.True(++count < 10_000);
        }

        Assert.Contains("JournalBytesMax", journal.Refusing, StringComparison.Ordinal);
        recorder.Record(1);
    }

    [Fact]
    public void Begin_WhenTheClockIsBehindTheLastEpoch_IsAboveIt()
    {
        using var folder = new TestFolder();
        long first;
        using (var recorder = new Recorder(folder.Path, null, null))
            first = recorder.Recording.Journal.Epoch.Name.Epoch;

        using var second = new Recorder(folder.Path, null, null, new FakeTimeProvider(Recorder.Noon.AddHours(-1)));

        Assert.Equal(first + 1, second.Recording.Journal.Epoch.Name.Epoch);
    }

    [Fact]
    public void Open_WhenAnotherProcessHoldsTheFolder_SaysWhatToDo()
    {
        using var folder = new TestFolder();
        using var recorder = new Recorder(folder.Path, null, null);

        var refusal = Assert.Throws<IOException>(() => new Recorder(folder.Path, null, null));

        Assert.Contains("Metering:Recorder", refusal.Message, StringComparison.Ordinal);
    }

    // What waits for the disk after all goes on when it has waited too long, and the test fails.
    private static async Task<T> WhileItHangsAsync<T>(HangingTime time, Func<T> act)
    {
        try
        {
            return await Task.Run(act, Recorder.Cancel).WaitAsync(TimeSpan.FromSeconds(30), Recorder.Cancel);
        }
        catch (TimeoutException)
        {
            time.GoOn();
            throw;
        }
    }

    private static (List<JournalEntry> Entries, long Cut) Recovered(string folder) =>
        Recovered(EpochFolder.All(Path.Combine(folder, Recorder.Name)).Single());

    private static (List<JournalEntry> Entries, long Cut) Recovered(EpochFolder epoch)
    {
        var (last, cut) = epoch.Recover();
        var entries = new List<JournalEntry>();
        new JournalReader(epoch, (from, to) => Assert.Fail($"{from} to {to} are lost."))
            .Read(1, last, (sequence, payload) => entries.Add(JournalFrame.Read(sequence, payload)));
        return (entries, cut);
    }
}
