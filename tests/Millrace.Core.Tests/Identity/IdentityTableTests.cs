using CsCheck;
using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class IdentityTableTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);

    /// <summary>Histories: every change has a revision of its own, and names repeat.</summary>
    private static readonly Gen<IdentityEntry[]> History =
        from names in IdentityGen.Entry.Array[1, 6]
        from turns in Gen.Select(Gen.Int[0, 5], Gen.Bool).Array[1, 40]
        select turns.Select((turn, index) =>
            names[turn.Item1 % names.Length] with { Revision = index + 1, IsRemoved = turn.Item2 }).ToArray();

    [Fact]
    public void Apply_InAnyOrderTwiceAndCut_IsTheSameTable() =>
        Gen.Select(History, Gen.Int[0, 1 << 20], Gen.Int[1, 7]).Sample((history, seed, length) =>
        {
            var inOrder = new IdentityTable();
            inOrder.Apply(history, history.Length);
            var shuffled = history.Concat(history).ToArray();
            new Random(seed).Shuffle(shuffled);

            var other = new IdentityTable();
            foreach (var piece in shuffled.Chunk(length)) other.Apply(piece, 0);
            other.Apply([], history.Length);

            Assert.Equal(inOrder.Digest, other.Digest);
            Assert.Equal(Text(inOrder), Text(other));
            Assert.Equal(inOrder.Gone, other.Gone);
        }, iter: 300);

    [Fact]
    public void Digest_AfterAnyHistory_IsThatOfWhatIsLeft() => History.Sample(history =>
    {
        var table = new IdentityTable();

        table.Apply(history, history.Length);

        var left = Left(history);
        var sum = left.Aggregate(0UL, (sum, entry) => sum + IdentityDigest.Of(entry));
        Assert.Equal(new IdentityDigest(history.Length, left.Count, sum), table.Digest);
        Assert.Equal(left.Count, table.Count);
        Assert.Equal(
            left.Select(IdentityDigest.Of).Order(), table.Entries().Select(IdentityDigest.Of).Order());
    }, iter: 300);

    [Fact]
    public void Entries_IntoAnotherTable_AreTheSame() => History.Sample(history =>
    {
        var table = new IdentityTable();
        table.Apply(history, history.Length);

        var copy = new IdentityTable();
        copy.Apply([.. table.Entries()], table.Reaches);

        Assert.Equal(table.Digest, copy.Digest);
        Assert.Equal(0, copy.Gone);
    }, iter: 200);

    [Fact]
    public void Find_InWhateverOrderItWasTold_IsTheCaller()
    {
        IdentityEntry[] entries = [Key(3), Tenant(2), Plan(1)];
        foreach (var order in new int[][] { [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] })
        {
            var table = new IdentityTable();
            for (var i = 0; i < order.Length; i++)
            {
                Assert.Equal(KeyStanding.Absent, table.Find(Hash(1), Now).Standing);
                table.Apply([entries[order[i]]], 0);
            }

            var found = table.Find(Hash(1), Now);

            Assert.Equal(KeyStanding.Live, found.Standing);
            var caller = found.Caller;
            Assert.Equal(("t-1", "key_1", KeyScopes.Convert), (caller.Tenant, caller.Key, caller.Scopes));
            Assert.Equal(5, caller.Limits!.Burst);
        }
    }

    [Fact]
    public void Find_AsThingsChange_TellsTheStanding()
    {
        var table = Table();

        table.Apply([Tenant(4) with { State = TenantState.Suspended }], 4);
        Assert.Equal(KeyStanding.Suspended, table.Find(Hash(1), Now).Standing);
        table.Apply([Tenant(5) with { State = TenantState.Deleted }], 5);
        Assert.Equal(KeyStanding.Void, table.Find(Hash(1), Now).Standing);
        table.Apply([Tenant(6)], 6);
        Assert.Equal(KeyStanding.Live, table.Find(Hash(1), Now).Standing);
        table.Apply([Key(7) with { IsRemoved = true }], 7);
        Assert.Equal(KeyStanding.Void, table.Find(Hash(1), Now).Standing);
        table.Apply([Key(3)], 3);
        Assert.Equal(KeyStanding.Void, table.Find(Hash(1), Now).Standing);
        table.Apply([Key(8)], 8);
        table.Apply([Tenant(9) with { IsRemoved = true }], 9);
        Assert.Equal(KeyStanding.Void, table.Find(Hash(1), Now).Standing);
    }

    [Fact]
    public void Find_OfAKeyWithAnEnd_IsVoidFromThenOn()
    {
        var table = Table();
        table.Apply([Key(4) with { ExpiresAt = Now }], 4);

        Assert.Equal(KeyStanding.Live, table.Find(Hash(1), Now.AddTicks(-1)).Standing);
        Assert.Equal(KeyStanding.Void, table.Find(Hash(1), Now).Standing);
    }

    [Fact]
    public void Find_WhenThePlanChanges_HasItsNewLimits()
    {
        var table = Table();

        table.Apply([Plan(4) with { Limits = IdentityGen.Some with { Burst = 9 } }], 4);
        Assert.Equal(9, table.Find(Hash(1), Now).Caller.Limits!.Burst);
        table.Apply([Tenant(5) with { Limits = IdentityGen.Some with { Burst = 70 } }], 5);
        Assert.Equal(70, table.Find(Hash(1), Now).Caller.Limits!.Burst);
    }

    [Fact]
    public void Learn_OfAKeyThatIsNewer_IsFoundAndTheDigestWaits()
    {
        var table = Table();

        table.Learn([Key(9) with { Hash = Hash(2) }, Tenant(2), Plan(1)]);

        Assert.Equal(KeyStanding.Live, table.Find(Hash(2), Now).Standing);
        Assert.Null(table.Digest);
        table.Apply([], 9);
        Assert.Equal(4, table.Digest!.Value.Entries);
    }

    [Fact]
    public void Learn_OfAKeyThatWasRemovedBeforeTheSnapshot_IsPassedOver()
    {
        var table = Table();
        table.Apply([], 10);

        table.Learn([Key(9) with { Hash = Hash(2) }]);

        Assert.Equal(KeyStanding.Absent, table.Find(Hash(2), Now).Standing);
    }

    [Fact]
    public void Find_Always_AllocatesNothing()
    {
        var table = Table();
        var hash = Hash(1);
        table.Find(hash, Now);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) table.Find(hash, Now);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Find_WhileAnotherThreadTells_IsAlwaysOneOfTheTwo()
    {
        var table = Table();
        var isOver = false;
        var writer = Task.Run(() =>
        {
            for (var revision = 4; revision < 20_000; revision++)
            {
                var state = revision % 2 == 0 ? TenantState.Suspended : TenantState.Active;
                table.Apply([Tenant(revision) with { State = state }, Key(revision)], revision);
            }
            Volatile.Write(ref isOver, true);
        }, TestContext.Current.CancellationToken);

        while (!Volatile.Read(ref isOver))
        {
            var found = table.Find(Hash(1), Now);
            Assert.True(found.Standing is KeyStanding.Live or KeyStanding.Suspended);
            Assert.Equal("t-1", found.Caller.Tenant);
        }

        await writer;
    }

    private static IdentityTable Table()
    {
        var table = new IdentityTable();
        table.Apply([Plan(1), Tenant(2), Key(3)], 3);
        return table;
    }

    private static KeyHash Hash(byte first) => new([first, .. new byte[KeyHash.Length - 1]]);

    private static PlanEntry Plan(long revision) =>
        new() { Revision = revision, Plan = "p", Limits = IdentityGen.Some };

    private static TenantEntry Tenant(long revision) =>
        new() { Revision = revision, Tenant = "t-1", Plan = "p", State = TenantState.Active };

    private static KeyEntry Key(long revision) => new()
    {
        Revision = revision,
        Hash = Hash(1),
        Id = "key_1",
        Tenant = "t-1",
        Scopes = KeyScopes.Convert,
    };

    private static string[] Text(IdentityTable table) =>
        [.. table.Entries().Select(entry => System.Text.Encoding.UTF8.GetString(IdentityText.Write([entry]))).Order()];

    private static List<IdentityEntry> Left(IEnumerable<IdentityEntry> history) =>
        [.. history.GroupBy(entry => entry switch
        {
            PlanEntry plan => "plan/" + plan.Plan,
            TenantEntry tenant => "tenant/" + tenant.Tenant,
            KeyEntry key => "key/" + key.Hash,
            _ => "",
        }).Select(group => group.MaxBy(entry => entry.Revision)!).Where(entry => !entry.IsRemoved)];
}
