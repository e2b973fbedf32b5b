using Microsoft.AspNetCore.Http;
using Millrace.Core.Conversions;
using Millrace.Core.Tickets;
using Millrace.Core.Transforms;
using Millrace.Core.Usage;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Convert;

/// <summary>
/// Writes down what a request is answered with, before it is: an answer that cannot be written down is not given.
/// Safe for any number of threads.
/// </summary>
internal sealed class AnswerRecord(IUsageRecorder recorder, TimeProvider time)
{
    private static readonly Problem Unrecorded = Problem.Of(ProblemKinds.UsageUnrecorded) with
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    /// <summary>Why no work is begun; null when it may be.</summary>
    public Problem? Refusal => recorder.Refusing is null ? null : Unrecorded;

    /// <summary>Records an image; called before its first byte is sent.</summary>
    /// <returns>Null when it is recorded; otherwise the answer in its place.</returns>
    public Problem? Made(HttpContext context, ConvertCall call, ConvertedImage image)
    {
        var record = Of(context, call, StatusCodes.Status200OK) with
        {
            Result = image.Format,
            BytesOut = image.Bytes.Length,
            Results = 1,
            IsBillable = true,
        };
        return Record(call, record);
    }

    /// <summary>Records an answer without an image.</summary>
    /// <returns>Null when it is recorded; otherwise the answer in its place, which is not.</returns>
    public Problem? NotMade(HttpContext context, ConvertCall call, int status) =>
        call.IsRecorded ? null : Record(call, Of(context, call, status));

    private Problem? Record(ConvertCall call, UsageRecord record)
    {
        call.IsRecorded = recorder.Record(record);
        return call.IsRecorded ? null : Unrecorded;
    }

    private UsageRecord Of(HttpContext context, ConvertCall call, int status)
    {
        var header = call.Transform.Format == OutputFormat.Auto ? null : call.Header;
        var frames = header is null ? 1 : UsageClasses.Frames(header, call.Transform);
        return new UsageRecord
        {
            Id = Guid.Parse(context.TraceIdentifier),
            Tenant = call.Tenant,
            At = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            Lane = header is null ? call.LaneAsked : LaneChoice.Of(header, call.Transform),
            Class = header is null ? UsageClass.Standard : UsageClasses.Of(header, call.Transform),
            Source = call.Header?.Format,
            BytesIn = call.BytesIn,
            BytesOut = 0,
            Pixels = call.Header?.PixelsOf(frames) ?? 0,
            Results = 0,
            Status = status,
            Duration = TimeSpan.FromMilliseconds(Math.Floor(call.Elapsed.TotalMilliseconds)),
            IsBillable = false,
        };
    }
}
