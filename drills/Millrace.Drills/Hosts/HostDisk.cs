using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Millrace.Drills.Hosts;

/// <summary>
/// A disk of one host's own: an ext4 file system in a file, mounted where this program and its children alone see it.
/// It can lose its power, hang and be full like any other, and nothing else of the machine notices.
/// </summary>
internal sealed partial class HostDisk : IAsyncDisposable
{
    // _IOR('X', 125, __u32) of linux/fs.h; 2: what is in memory is not written any more, not even the journal.
    private const nuint Shutdown = 0x8004587d;
    private const int WithoutFlush = 2;
    private const int UnmountsMax = 20;
    private const int RestBytes = 8 * 1024 * 1024;
    private const int BlockBytes = 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly string _image;
    private bool _mounted;

    private HostDisk(string folder) => (Folder, _image) = (folder, folder + ".ext4");

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Bytes that can still be written.</summary>
    public long Free => new DriveInfo(Folder).AvailableFreeSpace;

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Makes an empty one.</summary>
    /// <param name="folder">Where it is mounted; the file lies beside it.</param>
    /// <param name="megabytes">Of room.</param>
    /// <exception cref="InvalidOperationException">This machine does not; the message has what it said.</exception>
    public static async Task<HostDisk> MakeAsync(string folder, int megabytes)
    {
        var disk = new HostDisk(folder);
        Directory.CreateDirectory(folder);
        File.Delete(disk._image);
        await Shell.RunAsync(string.Create(CultureInfo.InvariantCulture, $"truncate -s {megabytes}M {disk._image}"));
        await Shell.RunAsync($"mkfs.ext4 -q -F -m 0 {disk._image}");
        await disk.MountAsync();
        // Engines take a folder that holds anything for their own.
        Directory.Delete(Path.Combine(folder, "lost+found"));
        return disk;
    }

    /// <summary>
    /// Its power is cut, or its cable pulled: nothing is written any more, what was not flushed is lost, and whoever
    /// writes is told of an I/O error. <see cref="MendAsync"/> mends it once nobody has a file open.
    /// </summary>
    /// <exception cref="IOException">The file system does not let itself be shut down.</exception>
    public void Cut()
    {
        using var folder = Open(Folder, 0);
        var how = WithoutFlush;
        if (folder.IsInvalid || Control(folder, Shutdown, ref how) != 0)
            throw new IOException($"{Folder} is not shut down.", new Win32Exception(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Writes and flushes a little: of a disk that hangs, returns when it does not any more.</summary>
    /// <returns>Whether it could be written.</returns>
    public Task<bool> IsWritableAsync() => Task.Run(() =>
    {
        var probe = Path.Combine(Folder, "probe");
        try
        {
            var options = FileOptions.WriteThrough;
            using (var file = File.OpenHandle(probe, FileMode.Create, FileAccess.Write, options: options))
                RandomAccess.Write(file, [1], 0);
            File.Delete(probe);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    });

    /// <summary>Mounts it anew, as after a start of its machine: its journal is replayed.</summary>
    /// <exception cref="InvalidOperationException">Somebody has a file of it open, and keeps it for long.</exception>
    public async Task MendAsync()
    {
        await UnmountAsync();
        await MountAsync();
    }

    /// <summary>It hangs: whoever writes waits.</summary>
    public Task FreezeAsync() => Shell.RunAsync($"fsfreeze -f {Folder}");

    /// <summary>It works on.</summary>
    public Task ThawAsync() => Shell.RunAsync($"fsfreeze -u {Folder}");

    /// <summary>Takes all its room.</summary>
    public async Task FillAsync()
    {
        // Taking room costs some itself: most is taken at once, the rest until there is none.
        var most = Math.Max(Free - RestBytes, 1);
        await Shell.RunAsync(string.Create(CultureInfo.InvariantCulture, $"fallocate -l {most} {Ballast}"));
        using var file = File.OpenHandle(Ballast, FileMode.Open, FileAccess.Write);
        var zeros = new byte[BlockBytes];
        try
        {
            for (var at = most; ; at += zeros.Length) RandomAccess.Write(file, zeros, at);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Empty() => File.Delete(Ballast);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnmountAsync();
        File.Delete(_image);
    }

    private async Task MountAsync()
    {
        await Shell.RunAsync($"mount -o loop {_image} {Folder}");
        _mounted = true;
    }

    // What the process that used it has started takes a moment to see that it is gone.
    private async Task UnmountAsync()
    {
        for (var attempt = 1; _mounted; attempt++)
        {
            try
            {
                await Shell.RunAsync($"umount {Folder}");
                _mounted = false;
            }
            catch (InvalidOperationException) when (attempt < UnmountsMax)
            {
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, ref int argument);
}
