using Millrace.Core.Poison;

namespace Millrace.Contracts.Poison;

/// <summary>
/// What every <see cref="IPoisonLedger"/> does; one subclass an adapter, on its real engine, with the default
/// <see cref="PoisonRules"/>.
/// </summary>
public abstract class PoisonLedgerContract : IAsyncLifetime
{
    private int _strikes;

    /// <summary>A ledger on a fresh and empty store.</summary>
    protected abstract ValueTask<IPoisonLedger> CreateAsync();

    /// <summary>
    /// Closes a ledger as a stop of its process does, and opens another on the same store.
    /// </summary>
    protected abstract ValueTask<IPoisonLedger> ReopenAsync(IPoisonLedger ledger);

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Closes every ledger that was made, and removes their stores.</summary>
    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Strike_OnceAndTwice_IsSuspectThenQuarantined()
    {
        var ledger = await CreateAsync();
        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(1)));

        Assert.Equal(PoisonVerdict.Suspect, await StrikeAsync(ledger, Image(1)));
        Assert.Equal(PoisonVerdict.Suspect, Judge(ledger, Image(1)));
        Assert.Equal(PoisonVerdict.Quarantined, await StrikeAsync(ledger, Image(1)));

        Assert.Equal(PoisonVerdict.Quarantined, Judge(ledger, Image(1)));
        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(2)));
    }

    [Fact]
    public async Task Strike_AgainstARequest_IsNotHeldAgainstOtherTransforms()
    {
        var ledger = await CreateAsync();
        var request = Fingerprint.OfRequest(Hash(1), "build", "width=1");

        await StrikeAsync(ledger, request);
        await StrikeAsync(ledger, request);

        Assert.Equal(PoisonVerdict.Quarantined, ledger.Judge(Image(1), request, "bystander"));
        Assert.Equal(
            PoisonVerdict.Clear,
            ledger.Judge(Image(1), Fingerprint.OfRequest(Hash(1), "build", "width=2"), "bystander"));
    }

    [Fact]
    public async Task Strike_ToldTwice_CountsOnce()
    {
        var ledger = await CreateAsync();
        var strike = NextStrike(Image(1), "culprit");

        await TellAsync(ledger, strike);
        var again = await TellAsync(ledger, strike);

        Assert.Equal(PoisonVerdict.Suspect, again);
        Assert.Equal(1, Assert.Single(ledger.List()).Strikes);
    }

    [Fact]
    public async Task Strike_ByManyAtOnce_CountsEach()
    {
        var ledger = await CreateAsync();

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => StrikeAsync(ledger, Image(1))));

        Assert.Equal(12, Assert.Single(ledger.List()).Strikes);
        Assert.InRange(verdicts.Count(verdict => verdict == PoisonVerdict.Suspect), 0, 1);
    }

    [Fact]
    public async Task Strike_PastATenantsBudget_MakesAllItsWorkSuspect()
    {
        var ledger = await CreateAsync();
        for (var pill = 1; pill <= 5; pill++) await StrikeAsync(ledger, Image(pill), "culprit");
        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(99), "culprit"));

        await StrikeAsync(ledger, Image(6), "culprit");

        Assert.Equal(PoisonVerdict.Suspect, Judge(ledger, Image(99), "culprit"));
        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(99)));
    }

    [Fact]
    public async Task List_OfWhatIsHeld_IsLatestFirstWithItsLatestStrike()
    {
        var ledger = await CreateAsync();
        await StrikeAsync(ledger, Image(1));
        await StrikeAsync(ledger, Image(1), "last");
        await StrikeAsync(ledger, Image(2));

        var list = ledger.List();

        Assert.Equal([Image(2), Image(1)], list.Select(entry => entry.Fingerprint));
        Assert.Equal((2, true, "last"), (list[1].Strikes, list[1].IsQuarantined, list[1].Tenant));
        Assert.Equal((DeathCause.Signal, "witness"), (list[1].Cause, list[1].Witness));
        Assert.True(list[1].ExpiresAt > list[1].LastAt);
    }

    [Fact]
    public async Task Release_OfWhatIsHeld_ForgetsItOnce()
    {
        var ledger = await CreateAsync();
        await StrikeAsync(ledger, Image(1));
        await StrikeAsync(ledger, Image(1));

        Assert.True(await ReleaseAsync(ledger, Image(1)));

        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(1)));
        Assert.Empty(ledger.List());
        Assert.False(await ReleaseAsync(ledger, Image(1)));
        Assert.Equal(PoisonVerdict.Suspect, await StrikeAsync(ledger, Image(1)));
    }

    [Fact]
    public async Task Reopen_AfterStrikesAndARelease_KnowsThemStill()
    {
        var ledger = await CreateAsync();
        var told = NextStrike(Image(1), "tenant");
        await TellAsync(ledger, told);
        await StrikeAsync(ledger, Image(2));
        await StrikeAsync(ledger, Image(2));
        await StrikeAsync(ledger, Image(3));
        await ReleaseAsync(ledger, Image(3));
        var list = ledger.List();

        ledger = await ReopenAsync(ledger);
        await Deadline.Until(() => ledger.Behind is null, "all that is stored has been read");

        Assert.Equal(list, ledger.List());
        Assert.Equal(PoisonVerdict.Quarantined, Judge(ledger, Image(2)));
        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(3)));
        Assert.Equal(PoisonVerdict.Suspect, await TellAsync(ledger, told));
    }

    [Fact]
    public async Task Acquittal_OfALoss_ClearsTheImageAndIsToldOnce()
    {
        var ledger = await CreateAsync();
        var loss = NextLoss(Image(1));
        await TellAsync(ledger, loss);
        Assert.Equal([loss.Id], ledger.Losses(Image(1), loss.Request!.Value).Select(strike => strike.Id));

        Assert.Equal(PoisonVerdict.Clear, await AcquitAsync(ledger, loss));
        Assert.Equal(PoisonVerdict.Clear, await AcquitAsync(ledger, loss));

        Assert.Empty(ledger.List());
        Assert.Empty(ledger.Losses(Image(1), loss.Request!.Value));
        Assert.Equal(PoisonVerdict.Suspect, await StrikeAsync(ledger, Image(1)));
    }

    [Fact]
    public async Task Acquittal_ToldBeforeItsStrike_LiftsIt()
    {
        var ledger = await CreateAsync();
        var loss = NextLoss(Image(1));

        await AcquitAsync(ledger, loss);
        var verdict = await TellAsync(ledger, loss);

        Assert.Equal(PoisonVerdict.Clear, verdict);
    }

    [Fact]
    public async Task Reopen_AfterAnAcquittal_KnowsItStill()
    {
        var ledger = await CreateAsync();
        var loss = NextLoss(Image(1));
        await TellAsync(ledger, loss);
        await AcquitAsync(ledger, loss);
        await StrikeAsync(ledger, Image(2));

        ledger = await ReopenAsync(ledger);
        await Deadline.Until(() => ledger.Behind is null, "all that is stored has been read");

        Assert.Equal(PoisonVerdict.Clear, Judge(ledger, Image(1)));
        Assert.Equal(PoisonVerdict.Clear, await TellAsync(ledger, loss));
        Assert.Equal(Image(2), Assert.Single(ledger.List()).Fingerprint);
    }

    [Fact]
    public async Task Behind_WhenAllIsRead_IsNull()
    {
        var ledger = await CreateAsync();

        await StrikeAsync(ledger, Image(1));

        Assert.Null(ledger.Behind);
    }

    /// <summary>A fingerprint of a made-up image.</summary>
    protected static Fingerprint Image(int number) => Fingerprint.OfImage(Hash(number), "build");

    /// <summary>What a ledger thinks of an image, whatever the transform.</summary>
    protected static PoisonVerdict Judge(IPoisonLedger ledger, Fingerprint image, string tenant = "bystander") =>
        ledger.Judge(image, Fingerprint.OfRequest(image.ContentHash, "build", "width=300"), tenant);

    /// <summary>Counts one more death.</summary>
    protected Task<PoisonVerdict> StrikeAsync(IPoisonLedger ledger, Fingerprint fingerprint, string? tenant = null)
    {
        var strike = NextStrike(fingerprint, "");
        return TellAsync(ledger, strike with { Tenant = tenant ?? $"tenant-{strike.Id}" });
    }

    /// <summary>Releases on an operator's word.</summary>
    protected static Task<bool> ReleaseAsync(IPoisonLedger ledger, Fingerprint fingerprint) =>
        ledger.ReleaseAsync(fingerprint, "operator", TimeProvider.System.GetUtcNow(), CancellationToken.None).Within();

    /// <summary>A worker that is lost while it makes a thumbnail of an image.</summary>
    protected Strike NextLoss(Fingerprint image) => NextStrike(image, "tenant") with
    {
        Cause = DeathCause.Worker,
        Request = Fingerprint.OfRequest(image.ContentHash, "build", "width=300"),
    };

    /// <summary>Tells that what was lost has succeeded alone.</summary>
    protected static Task<PoisonVerdict> AcquitAsync(IPoisonLedger ledger, Strike loss) => ledger.AddAsync(
        PoisonEvent.Acquitted.Of(loss, "witness", TimeProvider.System.GetUtcNow()), CancellationToken.None).Within();

    /// <summary>Counts a death.</summary>
    protected static Task<PoisonVerdict> TellAsync(IPoisonLedger ledger, Strike strike) =>
        ledger.StrikeAsync(strike, CancellationToken.None).Within();

    // A second apart, so that which is the latest does not hang on the clock's fineness.
    private Strike NextStrike(Fingerprint fingerprint, string tenant)
    {
        var number = Interlocked.Increment(ref _strikes);
        var at = TimeProvider.System.GetUtcNow().AddSeconds(number - 60);
        return new(new Guid(number, 0, 0, new byte[8]), fingerprint, tenant, DeathCause.Signal, "witness", at);
    }

    private static string Hash(int number) => number.ToString("x64", null);
}
