using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.Core.Jobs;

/// <summary>What a request for a job asks for, as one hash: equal requests have equal ones. Pure.</summary>
public static class JobPayload
{
    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    /// <param name="sourceHash">Of the image.</param>
    /// <param name="watermarkHash">Of the watermark; null when there is none.</param>
    /// <param name="transforms">In the order asked for.</param>
    /// <param name="webhook">Null when there is none.</param>
    /// <param name="keep">How long source and results are kept.</param>
    public static string Hash(
        string sourceHash, string? watermarkHash, IEnumerable<JobTransform> transforms, string? webhook, TimeSpan keep)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, sourceHash);
        Append(hash, watermarkHash ?? "");
        Append(hash, webhook ?? "");
        Append(hash, ((long)keep.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        foreach (var transform in transforms)
        {
            Append(hash, transform.Name);
            Append(hash, transform.Transform);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // With its length before it, no text can flow over into the next.
    private static void Append(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text.Length.ToString(CultureInfo.InvariantCulture) + ":"));
        hash.AppendData(Encoding.UTF8.GetBytes(text));
    }
}
