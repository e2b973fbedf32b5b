using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Storage.Files;

/// <summary>
/// Where objects are kept as files, and how much they take. Configuration section <c>Storage:Files</c>.
/// </summary>
public sealed record FileObjectStoreOptions
{
    /// <summary>
    /// Folder of the objects, made if it is missing; any number of processes of one user may share it. Required.
    /// </summary>
    [Required] public string Folder { get; init; } = "";

    /// <summary>Bytes that stay free on the disk: a put that would take them is refused. Default 64 MiB.</summary>
    [Range(0L, 1L << 50)] public long FreeBytesMin { get; init; } = 64L << 20;

    /// <summary>
    /// Names in a folder, about, before further ones go into folders below it. 4 to 100,000; default 2,048. Objects
    /// stay where they are when it is changed.
    /// </summary>
    [Range(4, 100_000)] public int FolderNamesMax { get; init; } = 2_048;

    /// <summary>
    /// Folders that are kept open, a handle each, so that they need not be opened for each call. 1 to 100,000; default
    /// 256: a tenant's jobs are in some five.
    /// </summary>
    [Range(1, 100_000)] public int FoldersKeptMax { get; init; } = 256;

    /// <summary>Threads that wait for the disk. 1 to 256; default 16: so many puts share a flush of the disk.</summary>
    [Range(1, 256)] public int Threads { get; init; } = 16;

    /// <summary>Calls that may wait for one of them; more fail. 1 to 100,000; default 4,096.</summary>
    [Range(1, 100_000)] public int WaitingMax { get; init; } = 4_096;

    /// <summary>
    /// How long a step on the disk may take, with its wait for a thread. 0.1 s to 10 min; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a temporary file has not been written to when it is swept: its put was killed. 1 min to 7 d; default
    /// 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan TemporaryAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often temporary files are swept, besides at the start. 1 min to 1 d; default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Checks the ranges named on <see cref="FileObjectStoreOptions"/>.</summary>
[OptionsValidator]
public sealed partial class FileObjectStoreOptionsValidator : IValidateOptions<FileObjectStoreOptions>;
