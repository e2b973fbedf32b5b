using System.Globalization;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;
using Millrace.Edge.Identity;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Convert;

/// <summary>What is known of one request to convert, filled in stage by stage.</summary>
internal sealed class ConvertCall(TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private TimeSpan _admitted;
    private TimeSpan _read;

    /// <summary>How the image comes.</summary>
    public MediaKind Media { get; set; }

    /// <summary>Whose image it is.</summary>
    public string Tenant { get; init; } = TenantHeader.Default;

    /// <summary>What the image may cost: the smaller of what its tenant's plan and the service allow.</summary>
    public required ImageLimits Limits { get; init; }

    /// <summary>The lane that it takes, as far as the head tells.</summary>
    public Lane LaneAsked => Transform.Format == OutputFormat.Avif ? Lane.Heavy : Lane.Interactive;

    /// <summary>How long it took to know whose.</summary>
    public TimeSpan Authenticated { get; init; }

    /// <summary>What to do: first as asked for, after the body is read with format and watermark resolved.</summary>
    public Transform Transform { get; set; } = Transform.None;

    /// <summary>Whether the format hung on the Accept header.</summary>
    public bool Negotiated { get; set; }

    /// <summary>What the source claims to be, once it was read.</summary>
    public ImageHeader? Header { get; set; }

    /// <summary>Bytes of source and watermark, once they were read.</summary>
    public long BytesIn { get; set; }

    /// <summary>Whether its answer was written down: there is one record of a request.</summary>
    public bool IsRecorded { get; set; }

    /// <summary>Since the request came.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_startedAt);

    /// <summary>The ETag, once format and watermark are resolved.</summary>
    public string Tag { get; set; } = "";

    /// <summary>Where the conversion's time went.</summary>
    public ConversionTiming Timing { get; set; }

    /// <summary>The request has been let in; its body comes next.</summary>
    public void MarkAdmitted() => _admitted = time.GetElapsedTime(_startedAt);

    /// <summary>The body is in memory.</summary>
    public void MarkRead() => _read = time.GetElapsedTime(_startedAt) - _admitted;

    /// <summary>The Server-Timing header, in milliseconds; the rest of total is the edge's own work.</summary>
    public string ServerTiming() => string.Create(CultureInfo.InvariantCulture,
        $"auth;dur={Authenticated.TotalMilliseconds:0.###}, "
        + $"admit;dur={_admitted.TotalMilliseconds:0.###}, read;dur={_read.TotalMilliseconds:0.###}, "
        + $"queue;dur={Timing.Queued.TotalMilliseconds:0.###}, convert;dur={Timing.Converted.TotalMilliseconds:0.###}, "
        + $"total;dur={(Authenticated + time.GetElapsedTime(_startedAt)).TotalMilliseconds:0.###}");
}
