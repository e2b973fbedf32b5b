using CsCheck;
using Millrace.Core.Admission;

namespace Millrace.Core.Tests.Admission;

public sealed class OpenJobTableTests
{
    [Fact]
    public void AnyHistory_Always_CountsTheLatestThatHaveNotEnded() => Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 30], Gen.Bool).Array[0, 200].Sample(history =>
        {
            const int Max = 8;
            var table = new OpenJobTable(Max);
            var latest = new List<(string Tenant, Guid Id)>();
            var ended = new HashSet<Guid>();
            var next = 1;
            foreach (var (tenant, pick, isNew) in history)
            {
                if (isNew)
                {
                    latest.Add(($"t{tenant}", Id(next)));
                    table.Add($"t{tenant}", Id(next++));
                }
                else
                {
                    ended.Add(Id(pick));
                    table.End(Id(pick));
                }
                var open = latest.TakeLast(Max).Where(job => !ended.Contains(job.Id)).ToList();
                foreach (var id in ended.Where(id => latest.All(job => job.Id != id)).ToList()) ended.Remove(id);
                Assert.Equal(open.Count, table.Count);
                Assert.All(Enumerable.Range(0, 4), number => Assert.Equal(
                    open.Count(job => job.Tenant == $"t{number}"), table.CountOf($"t{number}")));
            }
        });

    [Fact]
    public void Look_Again_ComesToAllJobsInTurn()
    {
        var table = new OpenJobTable();
        for (var i = 1; i <= 20; i++) table.Add("a", Id(i));

        var first = table.Look("a", TimeSpan.Zero);
        var tooSoon = table.Look("a", TimeSpan.FromMilliseconds(999));
        foreach (var id in first.Take(3)) table.End(id);
        var second = table.Look("a", TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(1, 16).Select(Id), first);
        Assert.Empty(tooSoon);
        Assert.Equal([Id(17), Id(18), Id(19), Id(20), Id(4)], second.Take(5));
        Assert.Empty(table.Look("b", TimeSpan.Zero));
    }

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
