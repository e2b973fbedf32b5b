using Millrace.Core.Images;
using Millrace.Core.Jobs;

namespace Millrace.Edge.Jobs;

/// <summary>A job whose image is in memory and checked, before anything of it is stored.</summary>
internal sealed record JobDraft
{
    /// <summary>Its id; a request with a known idempotency key takes that of the first.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The image; valid until the request ends.</summary>
    public required DraftImage Source { get; init; }

    /// <summary>The watermark; null when there is none.</summary>
    public DraftImage? Watermark { get; init; }

    /// <summary>With formats and watermark resolved.</summary>
    public required IReadOnlyList<JobTransform> Transforms { get; init; }

    /// <summary>Null: nowhere.</summary>
    public string? Webhook { get; init; }

    /// <summary>How long source and results are kept.</summary>
    public required TimeSpan Keep { get; init; }

    /// <summary>The caller's idempotency key; null when it sent none.</summary>
    public string? Key { get; init; }

    /// <summary>The caller's <c>traceparent</c>; null when there is none.</summary>
    public string? Trace { get; init; }

    /// <summary>Where the image was fetched from; null when it came, or stood in the store.</summary>
    public string? SourceUrl { get; init; }

    /// <summary>
    /// What the request asks for, as one hash. Of a URL it is its text that counts: what is there may have changed when
    /// the request comes again.
    /// </summary>
    public string PayloadHash => JobPayload.Hash(
        SourceUrl ?? Source.ContentHash, Watermark?.ContentHash, Transforms, Webhook, Keep);

    /// <summary>The record of it.</summary>
    /// <param name="now">When it is accepted.</param>
    public JobRecord ToRecord(DateTimeOffset now) => new()
    {
        Id = Id,
        Tenant = Tenant,
        AcceptedAt = now,
        ExpiresAt = now + Keep,
        Source = Source.At(JobKeys.Source(Tenant, Id)),
        Watermark = Watermark?.At(JobKeys.Watermark(Tenant, Id)),
        Transforms = Transforms,
        Webhook = Webhook,
        Trace = Trace,
    };
}

/// <summary>An image in memory.</summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="ContentHash">Its SHA-256, lower-case hexadecimal.</param>
/// <param name="Header">What it claims to be.</param>
internal sealed record DraftImage(ReadOnlyMemory<byte> Bytes, string ContentHash, ImageHeader Header)
{
    /// <summary>It, once it is stored.</summary>
    public JobSource At(Core.Objects.ObjectKey key) => new(key, ContentHash, Bytes.Length, Header);
}
