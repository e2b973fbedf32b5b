using Microsoft.Win32.SafeHandles;
using Millrace.Core.Identity;
using Millrace.Identity.Copies;
using Millrace.Testing;

namespace Millrace.Identity.Tests.Copies;

public sealed class IdentityCopyTests : IDisposable
{
    private static readonly DateTimeOffset Heard = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

    private readonly TemporaryFolder _folder = new();
    private readonly IdentityCopy _copy;

    public IdentityCopyTests() => _copy = new IdentityCopy(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_WhenThereIsNone_IsNothingAndNoFault() =>
        Assert.Equal(new CopyReading(null, default, ""), _copy.Read());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2_500)]
    public async Task Read_WhatWasWritten_IsTheSameTable(int keys)
    {
        var table = TableOf(keys);

        await _copy.WriteAsync(table, Heard, Cancel);
        var reading = _copy.Read();

        Assert.Equal("", reading.Reason);
        Assert.Equal(table.Digest, reading.Table!.Digest);
        Assert.Equal(Heard, reading.HeardAt);
    }

    [Fact]
    public async Task Read_WhenManagementWasHeardSince_TellsThat()
    {
        await _copy.WriteAsync(TableOf(3), Heard, Cancel);

        await _copy.WriteHeardAsync(Heard.AddMinutes(5), Cancel);

        Assert.Equal(Heard.AddMinutes(5), _copy.Read().HeardAt);
    }

    [Fact]
    public async Task Read_WhereverItIsCutOff_IsRefused()
    {
        await _copy.WriteAsync(TableOf(40), Heard, Cancel);

        // In place: a file that is written anew costs a file system more than its bytes, thousands of times.
        for (var length = new FileInfo(_folder.CopyPath).Length - 1; length >= 0; length--)
        {
            Change(file => RandomAccess.SetLength(file, length));
            var reading = _copy.Read();
            Assert.Null(reading.Table);
            Assert.NotEmpty(reading.Reason);
        }
    }

    [Fact]
    public async Task Read_WhicheverBitIsFlipped_IsRefused()
    {
        await _copy.WriteAsync(TableOf(5), Heard, Cancel);
        var whole = await File.ReadAllBytesAsync(_folder.CopyPath, Cancel);

        for (var at = 0; at < whole.Length; at++)
        {
            var flipped = (byte)(whole[at] ^ (1 << (at % 8)));
            Change(file => RandomAccess.Write(file, [flipped], at));
            Assert.Null(_copy.Read().Table);
            Change(file => RandomAccess.Write(file, [whole[at]], at));
        }
        Assert.NotNull(_copy.Read().Table);
    }

    [Fact]
    public async Task Write_OverAnOlderCopy_LeavesOneFileForItsOwner()
    {
        await _copy.WriteAsync(TableOf(5), Heard, Cancel);
        await _copy.WriteAsync(TableOf(6), Heard, Cancel);

        Assert.Equal(8, _copy.Read().Table!.Count);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.CopyPath));
    }

    [Fact]
    public async Task Read_WithExtras_HasThemAgain()
    {
        var extras = new TenantExtras { SigningPairs = [new("a", "00ff", "ff00")], Hosts = ["img.example.org"] };
        var table = new IdentityTable();
        table.Apply([Accounts.Plan, Accounts.Tenant("t") with { Revision = 2, Extras = extras }], 2);

        await _copy.WriteAsync(table, Heard, Cancel);

        var tenant = _copy.Read().Table!.Entries().OfType<TenantEntry>().Single();
        Assert.Equal("00ff", tenant.Extras!.SigningPairs.Single().Key);
        Assert.Equal("img.example.org", tenant.Extras.Hosts.Single());
    }

    private void Change(Action<SafeFileHandle> change)
    {
        using var file = File.OpenHandle(_folder.CopyPath, FileMode.Open, FileAccess.Write);
        change(file);
    }

    // A plan, a tenant and so many keys.
    private static IdentityTable TableOf(int keys)
    {
        var table = new IdentityTable();
        table.Apply([Accounts.Plan, Accounts.Tenant("t") with { Revision = 2 }], 2);
        table.Apply(
            [.. Enumerable.Range(0, keys).Select(key => Accounts.Key(key, "t") with { Revision = key + 3 })], keys + 2);
        return table;
    }
}
