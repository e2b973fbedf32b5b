using System.Security.Cryptography;
using Millrace.Core.Images;

namespace Millrace.Simulation.Ports;

/// <summary>What becomes of a kernel that decodes a picture.</summary>
internal enum PictureKind
{
    Harmless,

    /// <summary>Crashes the kernel.</summary>
    Crashes,

    /// <summary>Holds the kernel until it is killed for it.</summary>
    Hangs,

    /// <summary>Takes the whole worker with it.</summary>
    KillsWorker,

    /// <summary>Takes the whole worker with it, every second time.</summary>
    KillsWorkerByTurns,
}

/// <summary>A picture of the simulation: a few bytes that stand for an image.</summary>
internal sealed class Picture
{
    public Picture(int number, PictureKind kind, bool inTurn)
    {
        (Kind, InTurn) = (kind, inTurn);
        Bytes = BitConverter.GetBytes(number);
        Hash = Convert.ToHexStringLower(SHA256.HashData(Bytes));
    }

    public static ImageHeader Header { get; } = new(ImageFormat.Jpeg, 1000, 1000);

    public PictureKind Kind { get; }

    /// <summary>Whether its copies come one after another.</summary>
    public bool InTurn { get; }

    public byte[] Bytes { get; }

    public string Hash { get; }

    /// <summary>What a kernel makes of it.</summary>
    public byte[] Made => [.. Bytes, 0xFF];

    /// <summary>Kernels that got it.</summary>
    public int Tries { get; set; }

    /// <summary>Kernels that somebody killed while they had it.</summary>
    public int Blamed { get; set; }
}

/// <summary>All pictures of a region, found by their bytes.</summary>
internal sealed class Pictures
{
    private readonly List<Picture> _all = [];

    public Picture Add(PictureKind kind, bool inTurn = false)
    {
        _all.Add(new Picture(_all.Count, kind, inTurn));
        return _all[^1];
    }

    public IReadOnlyList<Picture> All => _all;

    public Picture Find(ReadOnlySpan<byte> bytes) => _all[BitConverter.ToInt32(bytes)];

    public Picture Find(string hash) => _all.First(picture => picture.Hash == hash);
}
