using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Millrace.Core.Images;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;
using Millrace.Edge.Telemetry;
using Millrace.Edge.Uploads;

namespace Millrace.Edge.Convert;

/// <summary>The stage of a request in which its body comes, and all that can be wrong with that.</summary>
internal sealed class BodyReading(ImageLimits limits, EdgeMetrics metrics, IOptions<ConvertOptions> options)
{
    /// <summary>Reads a body to its end.</summary>
    /// <param name="context">Its body has not been read.</param>
    /// <param name="media">How the image comes.</param>
    /// <param name="admitted">The request's grant.</param>
    /// <param name="cancellationToken">
    /// The time for the body is over, the place was taken away, or the client has hung up.
    /// </param>
    /// <exception cref="OperationCanceledException">The client has hung up.</exception>
    public async Task<UploadReading> ReadAsync(
        HttpContext context, MediaKind media, Admitted admitted, CancellationToken cancellationToken)
    {
        using var span = EdgeActivities.Read();
        try
        {
            var reading = await UploadReader.ReadAsync(
                context.Request, media, admitted.Limits, admitted, cancellationToken);
            if (reading.Upload is { } upload) metrics.Read(upload.Source.Length + upload.Watermark.Length);
            return reading;
        }
        catch (IOException e)
        {
            // Kestrel throws its BadHttpRequestException or, for a chunk size beyond all bounds, a plain IOException.
            return new(null, Explain(context, e));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return new(null, admitted.Reason(TooSlow()));
        }
    }

    /// <summary>The answer to a body that was not complete in its time.</summary>
    public Problem TooSlow()
    {
        var found = $"It was not complete after {options.Value.BodyTimeout.TotalSeconds:0.###} s.";
        return Problem.Of(ProblemKinds.BodyTooSlow, found) with { Closes = true };
    }

    /// <summary>The answer to a body that broke off, or broke HTTP's rules.</summary>
    public Problem Explain(HttpContext context, IOException e) => (e as BadHttpRequestException)?.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => HashedBuffer.TooManyBytes(limits.BytesMax),
        StatusCodes.Status408RequestTimeout => Problem.Of(ProblemKinds.BodyTooSlow) with { Closes = true },
        _ => Problem.Of(ProblemKinds.BadRequest, "The body ends early or is badly chunked.") with
        {
            Closes = true,
            // A body of known length can only end early. One in chunks may be broken by a client that is still there.
            IsUnheard = context.Request.ContentLength is not null || e is ConnectionResetException
                || context.RequestAborted.IsCancellationRequested,
        },
    };
}
