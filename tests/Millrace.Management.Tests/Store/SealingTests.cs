using Microsoft.Extensions.Options;
using Millrace.Management.Store;

namespace Millrace.Management.Tests.Store;

public sealed class SealingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("millrace-seal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Make_ByManyAtOnce_GivesAllTheSameKey()
    {
        for (var round = 0; round < 50; round++)
        {
            var path = Path.Combine(_folder, $"{round}.seal");
            using var barrier = new Barrier(8);
            var all = new Sealing[8];
            var threads = Enumerable.Range(0, all.Length).Select(number => new Thread(() =>
            {
                barrier.SignalAndWait();
                all[number] = Of(path);
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            var whole = all[0].Seal("secret"u8, "owner");

            Assert.All(all, each => Assert.Equal("secret"u8.ToArray(), each.Open(whole, "owner")));
            Array.ForEach(all, each => each.Dispose());
        }
        Assert.Equal(50, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void Make_WhereItCannotBeMade_SaysSo() =>
        Assert.ThrowsAny<IOException>(() => Of(Path.Combine(_folder, "no", "folder", "x.seal")));

    private static Sealing Of(string path) => new(Options.Create(new StoreOptions { SealFile = path }));
}
