using Millrace.Core.Poison;

namespace Millrace.Contracts.Poison;

/// <summary>What a ledger does besides that several processes hold at once.</summary>
public abstract class SharedPoisonLedgerContract : PoisonLedgerContract
{
    /// <summary>Another ledger, as another process opens it, on the same store.</summary>
    protected abstract ValueTask<IPoisonLedger> JoinAsync(IPoisonLedger ledger);

    [Fact]
    public async Task Strike_AtOne_IsSeenByAll()
    {
        var one = await CreateAsync();
        var other = await JoinAsync(one);

        await StrikeAsync(one, Image(1));
        await Deadline.Until(() => Judge(other, Image(1)) == PoisonVerdict.Suspect, "the other has heard of it");

        Assert.Equal(PoisonVerdict.Quarantined, await StrikeAsync(other, Image(1)));
        await Deadline.Until(() => Judge(one, Image(1)) == PoisonVerdict.Quarantined, "the first has heard of it");
        Assert.Equal(one.List(), other.List());
    }

    [Fact]
    public async Task Join_AfterStrikes_KnowsThem()
    {
        var one = await CreateAsync();
        await StrikeAsync(one, Image(1));

        var other = await JoinAsync(one);
        await Deadline.Until(() => other.Behind is null, "all that is stored has been read");

        Assert.Equal(PoisonVerdict.Suspect, Judge(other, Image(1)));
    }

    [Fact]
    public async Task Release_AtOne_IsSeenByAll()
    {
        var one = await CreateAsync();
        var other = await JoinAsync(one);
        await StrikeAsync(one, Image(1));
        await Deadline.Until(() => Judge(other, Image(1)) == PoisonVerdict.Suspect, "the other has heard of it");

        Assert.True(await ReleaseAsync(other, Image(1)));

        await Deadline.Until(() => Judge(one, Image(1)) == PoisonVerdict.Clear, "the first has heard of it");
    }

    [Fact]
    public async Task Acquittal_AtOne_IsSeenByAll()
    {
        var one = await CreateAsync();
        var other = await JoinAsync(one);
        var loss = NextLoss(Image(1));
        await TellAsync(one, loss);
        await Deadline.Until(() => Judge(other, Image(1)) == PoisonVerdict.Suspect, "the other has heard of it");

        await AcquitAsync(other, Assert.Single(other.Losses(Image(1), loss.Request!.Value)));

        await Deadline.Until(() => Judge(one, Image(1)) == PoisonVerdict.Clear, "the first has heard of it");
    }
}
