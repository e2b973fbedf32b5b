using Microsoft.Extensions.Time.Testing;
using Millrace.Core.Poison;
using Millrace.Queue.Sqlite;

namespace Millrace.Queue.Tests.Sqlite;

/// <summary>What the embedded ledger does besides the contract.</summary>
public sealed class SqlitePoisonLedgerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly QueueFolder _folder = new();
    private int _strikes;

    public SqlitePoisonLedgerTests() => _folder.Time = _time;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Start_BesideTheQueueOfItsProcess_IsAllowedAndOnceOnly()
    {
        await _folder.OpenQueueAsync();
        await _folder.OpenLedgerAsync();

        var refused = await Assert.ThrowsAsync<SqliteOpenException>(_folder.OpenLedgerAsync);

        Assert.Contains("poison.lock", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhenWhatIsStoredNoLongerCounts_PrunesIt()
    {
        var ledger = await _folder.OpenLedgerAsync();
        await StrikeAsync(ledger, 1);
        await ledger.ReleaseAsync(Image(1), "ada", _time.GetUtcNow(), CancellationToken.None);
        _time.Advance(TimeSpan.FromHours(12));
        await StrikeAsync(ledger, 2);
        await ledger.DisposeAsync();
        _time.Advance(TimeSpan.FromHours(13));

        ledger = await _folder.OpenLedgerAsync();

        Assert.Equal(Image(2), Assert.Single(ledger.List()).Fingerprint);
        Assert.Equal(1L, QueueFolder.Execute(_folder.PoisonFile, "SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task Start_WhenAReleasedStrikeIsDatedAhead_KeepsTheRelease()
    {
        var ledger = await _folder.OpenLedgerAsync();
        await StrikeAsync(ledger, 1, Start + TimeSpan.FromHours(48));
        await ledger.ReleaseAsync(Image(1), "ada", _time.GetUtcNow(), CancellationToken.None);
        await ledger.DisposeAsync();
        _time.Advance(TimeSpan.FromHours(30));

        ledger = await _folder.OpenLedgerAsync();

        Assert.Empty(ledger.List());
        Assert.Equal(2L, QueueFolder.Execute(_folder.PoisonFile, "SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task Start_WhenAnEventCannotBeRead_PassesItOver()
    {
        var ledger = await _folder.OpenLedgerAsync();
        await StrikeAsync(ledger, 1);
        await StrikeAsync(ledger, 2);
        await ledger.DisposeAsync();
        QueueFolder.Execute(_folder.PoisonFile, "UPDATE events SET body = CAST('{\"v\":9}' AS BLOB) WHERE seq = 1");

        ledger = await _folder.OpenLedgerAsync();

        Assert.Equal(Image(2), Assert.Single(ledger.List()).Fingerprint);
        Assert.Null(ledger.Behind);
    }

    [Fact]
    public async Task Strike_ByTheThousand_KeepsTheLogShort()
    {
        var ledger = await _folder.OpenLedgerAsync();
        for (var batch = 0; batch < 4; batch++)
        {
            await Task.WhenAll(Enumerable.Range(0, 600).Select(number => StrikeAsync(ledger, number)));
            _time.Advance(TimeSpan.FromHours(25));
        }

        Assert.InRange((long)QueueFolder.Execute(_folder.PoisonFile, "SELECT count(*) FROM events")!, 1, 1_400);
    }

    [Fact]
    public async Task Strike_WhenTheFileIsFull_ThrowsAndCountsNothing()
    {
        var ledger = await _folder.OpenLedgerAsync();
        QueueFolder.Execute(_folder.PoisonFile, """
            CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'broken'); END
            """);

        var refused = await Assert.ThrowsAsync<IOException>(() => StrikeAsync(ledger, 1));

        Assert.Contains("is not stored", refused.Message, StringComparison.Ordinal);
        Assert.Empty(ledger.List());
    }

    [Fact]
    public async Task Behind_BeforeTheLedgerIsOpen_SaysSo()
    {
        await using var closed = new SqlitePoisonLedger(
            Microsoft.Extensions.Options.Options.Create(_folder.Options), new PoisonRules(), _time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SqlitePoisonLedger>.Instance);

        Assert.NotNull(closed.Behind);
    }

    private Task<PoisonVerdict> StrikeAsync(SqlitePoisonLedger ledger, int image, DateTimeOffset? at = null)
    {
        var id = new Guid(Interlocked.Increment(ref _strikes), 0, 0, new byte[8]);
        var strike = new Strike(id, Image(image), "tenant", DeathCause.Memory, "worker", at ?? _time.GetUtcNow());
        return ledger.StrikeAsync(strike, CancellationToken.None);
    }

    private static Fingerprint Image(int number) => Fingerprint.OfImage(number.ToString("x64", null), "build");
}
