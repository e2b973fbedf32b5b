using System.CommandLine;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Millrace.Core.Objects;
using Millrace.Storage.Files;

namespace Millrace.Bench.Objects;

/// <summary>
/// Puts a second of the store of one machine, and beside it the least that a durable put can be: one file written,
/// flushed and renamed, and its folder not.
/// </summary>
internal static class StoreCommand
{
    private const int WholeRounds = 5;
    private const int BriefRounds = 2;
    private const int ContentBytes = 256 * 1024;

    private static readonly int[] AtOnce = [1, 4, 16];

    private static readonly Option<int?> Rounds =
        BenchOptions.Count("--rounds", "Rounds; in each, both get as many objects", WholeRounds, BriefRounds);

    private static readonly Option<int> Objects = new("--objects")
    {
        Description = "Objects a round.",
        DefaultValueFactory = _ => 400,
    };

    public static Command Create()
    {
        var command = new Command("store", "Puts of 256 KB into files: the object store, and plain files.")
        {
            Rounds, Objects,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rounds = BenchOptions.Get(parsed, Rounds, WholeRounds, BriefRounds);
        var objects = parsed.GetValue(Objects);
        BenchOptions.PrintTitle("Object store", $"store --rounds {rounds} --objects {objects}");

        // Not in /tmp, which may be memory.
        var folder = Directory.CreateDirectory(Path.Combine(BenchOptions.RootOf(parsed), "artifacts", "bench-store"));
        try
        {
            using var store = new FileObjectStore(
                Options.Create(new FileObjectStoreOptions { Folder = Path.Combine(folder.FullName, "objects") }),
                TimeProvider.System, () => new Guid(RandomNumberGenerator.GetBytes(16)));
            var table = new Table("puts at once", "FileObjectStore, 1/s", "plain files, 1/s", "ratio");
            foreach (var atOnce in AtOnce)
            {
                var (ours, plain) = await CompareAsync(store, folder, rounds, objects, atOnce, cancellationToken);
                table.Add(atOnce, ours, plain, ours / plain);
            }
            table.Print();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Medians of rounds in turn, so that a slow moment of the disk meets both.
    private static async Task<(double Ours, double Plain)> CompareAsync(
        FileObjectStore store, DirectoryInfo folder, int rounds, int objects, int atOnce,
        CancellationToken cancellationToken)
    {
        var content = RandomNumberGenerator.GetBytes(ContentBytes);
        var plainFolder = folder.CreateSubdirectory($"plain-{atOnce}");
        var (ours, plain) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var prefix = $"jobs/{atOnce}-{round}";
            var stem = Path.Combine(plainFolder.FullName, $"{round}");
            ours.Add(await RateAsync(
                objects, atOnce, i => PutAsync(store, $"{prefix}/{i:d8}", content), cancellationToken));
            plain.Add(await RateAsync(objects, atOnce, i => WriteAsync($"{stem}-{i}", content), cancellationToken));
        }
        return (Median(ours), Median(plain));
    }

    private static async Task<double> RateAsync(
        int objects, int atOnce, Func<int, Task> put, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, objects), options, async (i, _) => await put(i));
        return objects / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task PutAsync(FileObjectStore store, string key, byte[] content)
    {
        using var stream = new MemoryStream(content);
        await store.PutAsync(ObjectKey.Of(key), stream, content.Length, PutMode.Create, CancellationToken.None);
    }

    private static async Task WriteAsync(string path, byte[] content)
    {
        await using (var file = new FileStream(path + ".tmp", FileMode.CreateNew, FileAccess.Write))
        {
            await file.WriteAsync(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".tmp", path);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
