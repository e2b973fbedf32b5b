using Millrace.Core.Images;
using Millrace.Core.Objects;

namespace Millrace.Core.Jobs;

/// <summary>A durable job as it was accepted; written once, before the caller is told.</summary>
public sealed record JobRecord
{
    /// <summary>Most transforms of a job.</summary>
    public const int TransformsMax = 16;

    /// <summary>Its id, UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>When it was accepted, by its edge's clock.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Until when source and results are kept.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The image.</summary>
    public required JobSource Source { get; init; }

    /// <summary>The watermark; null when no transform has one.</summary>
    public JobSource? Watermark { get; init; }

    /// <summary>What to make of it: 1 to <see cref="TransformsMax"/>, no two of one name.</summary>
    public required IReadOnlyList<JobTransform> Transforms { get; init; }

    /// <summary>Where its end is told: a URL, or the name of an endpoint; null when nowhere.</summary>
    public string? Webhook { get; init; }

    /// <summary>The caller's <c>traceparent</c>; null when there is none.</summary>
    public string? Trace { get; init; }
}

/// <summary>Stored bytes of an image, and what its header says.</summary>
/// <param name="Key">Where they stand.</param>
/// <param name="ContentHash">Their SHA-256, lower-case hexadecimal.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Header">What they claim to be.</param>
public sealed record JobSource(ObjectKey Key, string ContentHash, long Bytes, ImageHeader Header);

/// <summary>One of a job's transforms.</summary>
/// <param name="Name">1 to 32 of <c>a-z 0-9 - _</c>, beginning with a letter or digit.</param>
/// <param name="Transform">Its canonical text; the format is not auto, a watermark is named by its hash.</param>
public sealed record JobTransform(string Name, string Transform)
{
    /// <summary>The name of a transform that its caller did not name.</summary>
    public const string DefaultName = "result";

    private const int NameLengthMax = 32;

    /// <summary>What a name may be, for a person to read.</summary>
    public const string NameAllowed = "1 to 32 of a-z, 0-9, '-' and '_', beginning with a letter or digit";

    /// <summary>Whether a transform may be called so.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= NameLengthMax && IsLetterOrDigit(name[0])
        && name.All(letter => IsLetterOrDigit(letter) || letter is '-' or '_');

    private static bool IsLetterOrDigit(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter);
}
