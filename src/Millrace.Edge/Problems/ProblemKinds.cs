using System.Collections.Frozen;
using Millrace.Core.Conversions;

namespace Millrace.Edge.Problems;

/// <summary>
/// The one table from refusals and failures to statuses and stable types. docs/api.md lists it for callers.
/// </summary>
public static class ProblemKinds
{
    /// <summary>A transform parameter is unknown or out of range.</summary>
    public static ProblemKind BadParameter { get; } = new(400, "bad-parameter",
        "A parameter is not allowed", "Correct the named parameter; allowed says what may stand there.");

    /// <summary>The request breaks HTTP's own rules.</summary>
    public static ProblemKind BadRequest { get; } = new(400, "bad-request",
        "The request is malformed", "Send a well-formed HTTP request.");

    /// <summary>Both Content-Length and Transfer-Encoding: where the body ends is open to dispute.</summary>
    public static ProblemKind AmbiguousLength { get; } = new(400, "ambiguous-length",
        "The body's length is ambiguous", "Send either Content-Length or Transfer-Encoding, not both.");

    /// <summary>No image bytes.</summary>
    public static ProblemKind EmptyBody { get; } = new(400, "empty-body",
        "There is no image", "Send the encoded image as the request body, or as the multipart field file.");

    /// <summary>A multipart form with other fields than those taken, or broken framing.</summary>
    public static ProblemKind BadMultipart { get; } = new(400, "bad-multipart",
        "The multipart form is not as expected",
        "Send one field named file, and one named watermark if the transform has one.");

    /// <summary>Transform and request disagree about a watermark.</summary>
    public static ProblemKind WatermarkMismatch { get; } = new(400, "watermark-mismatch",
        "Transform and uploaded watermark do not match",
        "Send the watermark's bytes as the multipart field watermark, and watermark=upload in the query.");

    /// <summary>A JSON body that is no job.</summary>
    public static ProblemKind BadJob { get; } = new(400, "bad-job",
        "The job is not as expected", "Correct the named field; allowed says what may stand there.");

    /// <summary>An Idempotency-Key that is no quoted string.</summary>
    public static ProblemKind BadIdempotencyKey { get; } = new(400, "bad-idempotency-key",
        "The idempotency key is not as expected",
        "Send 1 to 255 printable ASCII characters in double quotes, as in Idempotency-Key: \"8f14e45f\".");

    /// <summary>No API key.</summary>
    public static ProblemKind KeyMissing { get; } = new(401, "key-missing",
        "There is no API key", "Send the header Authorization: Bearer mr_….");

    /// <summary>An API key that nobody has, or has any more.</summary>
    public static ProblemKind KeyUnknown { get; } = new(401, "key-unknown",
        "The API key is not known", "Check the key; it may be mistyped, revoked or past its end.");

    /// <summary>The key opens other things.</summary>
    public static ProblemKind ScopeMissing { get; } = new(403, "scope-missing",
        "The API key does not open this", "Use a key with the scope that is named.");

    /// <summary>The tenant is suspended.</summary>
    public static ProblemKind TenantSuspended { get; } = new(403, "tenant-suspended",
        "The tenant is suspended", "Ask whoever runs this service; nothing of the tenant is lost.");

    /// <summary>The tenant's plan does not have this lane.</summary>
    public static ProblemKind LaneNotAllowed { get; } = new(403, "lane-not-allowed",
        "The tenant's plan does not have this lane", "Ask for work of a lane that allowed names.");

    /// <summary>A source that this tenant may not name here.</summary>
    public static ProblemKind SourceRefused { get; } = new(403, "source-refused",
        "The source is not allowed", "Send the image as the body, or upload it first and name it upload:ID.");

    /// <summary>No such address.</summary>
    public static ProblemKind NotFound { get; } = new(404, "not-found",
        "There is nothing at this address", "See /docs for the addresses there are.");

    /// <summary>No such job of this tenant.</summary>
    public static ProblemKind JobNotFound { get; } = new(404, "job-not-found",
        "There is no such job", "Check the id and whose it is; jobs are forgotten some time after they expire.");

    /// <summary>No such delivery of this tenant.</summary>
    public static ProblemKind DeliveryNotFound { get; } = new(404, "delivery-not-found",
        "There is no such delivery", "Check the id, which is the job's; there is none before the first try.");

    /// <summary>The job has no result of that name.</summary>
    public static ProblemKind ResultNotFound { get; } = new(404, "result-not-found",
        "The job has no such result", "Ask for one of the results that the job lists.");

    /// <summary>A source that is named and not there.</summary>
    public static ProblemKind SourceNotFound { get; } = new(404, "source-not-found",
        "There is no such source", "Upload it again, or check its name.");

    /// <summary>A URL whose server does not give the image.</summary>
    public static ProblemKind SourceFailed { get; } = new(502, "source-failed",
        "The source's server did not give the image", "See detail; send the request again once that server answers.");

    /// <summary>A URL whose server is too slow.</summary>
    public static ProblemKind SourceTimedOut { get; } = new(504, "source-timed-out",
        "The source's server was too slow", "Send the request again, or upload the image and name it upload:ID.");

    /// <summary>The address exists, for other methods.</summary>
    public static ProblemKind MethodNotAllowed { get; } = new(405, "method-not-allowed",
        "The address does not take this method", "Use a method that the Allow header names.");

    /// <summary>The body came too slowly, by rate or in all.</summary>
    public static ProblemKind BodyTooSlow { get; } = new(408, "body-too-slow",
        "The body came too slowly", "Send it again over a faster connection.");

    /// <summary>Too late to cancel.</summary>
    public static ProblemKind JobBegun { get; } = new(409, "job-begun",
        "The job cannot be cancelled any more", "Fetch its results, or let them expire.");

    /// <summary>A result that is not there yet.</summary>
    public static ProblemKind JobNotFinished { get; } = new(409, "job-not-finished",
        "The job is not finished", "Come again after the time in Retry-After.");

    /// <summary>A result that will never be there.</summary>
    public static ProblemKind JobCancelled { get; } = new(409, "job-cancelled",
        "The job was cancelled", "Submit it again if you want it after all.");

    /// <summary>The first request of this key is still under way.</summary>
    public static ProblemKind IdempotencyPending { get; } = new(409, "idempotency-pending",
        "A request with this idempotency key is under way", "Come again after the time in Retry-After.");

    /// <summary>Source and results are not kept any more.</summary>
    public static ProblemKind JobExpired { get; } = new(410, "job-expired",
        "The job's results are not kept any more", "Submit it again, with a longer keepSeconds if need be.");

    /// <summary>An upload that does not tell its length.</summary>
    public static ProblemKind LengthRequired { get; } = new(411, "length-required",
        "The body's length is missing", "Send Content-Length.");

    /// <summary>More body bytes than allowed.</summary>
    public static ProblemKind TooManyBytes { get; } = new(413, "too-many-bytes",
        "The image has too many bytes", "Send a smaller file.");

    /// <summary>A request line beyond the limit.</summary>
    public static ProblemKind UriTooLong { get; } = new(414, "uri-too-long",
        "The address is too long", "Send a shorter query.");

    /// <summary>A declared content type or coding that is not taken.</summary>
    public static ProblemKind UnsupportedMediaType { get; } = new(415, "unsupported-media-type",
        "The content type is not taken",
        "Send image/*, application/octet-stream or multipart/form-data, without a content coding.");

    /// <summary>Magic bytes of no format that is read.</summary>
    public static ProblemKind UnsupportedFormat { get; } = new(415, "unsupported-format",
        "Not an image that Millrace reads", "Send JPEG, PNG, WebP, AVIF, GIF or TIFF.");

    /// <summary>A range past the end.</summary>
    public static ProblemKind RangeNotSatisfiable { get; } = new(416, "range-not-satisfiable",
        "The range is not within the result", "Ask for a range within the length that Content-Range names.");

    /// <summary>The key was used for something else.</summary>
    public static ProblemKind IdempotencyMismatch { get; } = new(422, "idempotency-mismatch",
        "The idempotency key was used for another request", "Use a new key for every new request.");

    /// <summary>What was stored is gone, or changed.</summary>
    public static ProblemKind SourceGone { get; } = new(422, "source-gone",
        "The stored image is gone", "Submit the job again.");

    /// <summary>More pixels than allowed.</summary>
    public static ProblemKind TooManyPixels { get; } = new(422, "too-many-pixels",
        "The image has too many pixels", "Send an image with smaller sides.");

    /// <summary>More frames than allowed.</summary>
    public static ProblemKind TooManyFrames { get; } = new(422, "too-many-frames",
        "The animation has too many frames", "Send fewer frames, or ask for fewer with the frames parameter.");

    /// <summary>More JPEG scans than allowed.</summary>
    public static ProblemKind TooManyScans { get; } = new(422, "too-many-scans",
        "The JPEG has too many scans", "Save it again as a baseline or an ordinary progressive JPEG.");

    /// <summary>The result would be larger than allowed.</summary>
    public static ProblemKind OutputTooLarge { get; } = new(422, "output-too-large",
        "The result would be too large", "Ask for smaller sides, less padding or fewer frames.");

    /// <summary>Bytes that do not decode.</summary>
    public static ProblemKind Damaged { get; } = new(422, "damaged",
        "The image is damaged", "Check that the file is complete and opens elsewhere, then send it again.");

    /// <summary>A transform that does not fit the image.</summary>
    public static ProblemKind TransformImpossible { get; } = new(422, "transform-impossible",
        "The transform does not fit this image", "Change the transform to suit the image's size.");

    /// <summary>A watermark that does not decode.</summary>
    public static ProblemKind WatermarkUnreadable { get; } = new(422, "watermark-unreadable",
        "The watermark cannot be read", "Send a complete image in a format that Millrace reads as watermark.");

    /// <summary>The converter died on this image.</summary>
    public static ProblemKind KernelCrashed { get; } = new(422, "kernel-crashed",
        "The image crashed its converter", "Do not send it again as it is; save it anew with another program.");

    /// <summary>The converter was stopped after the longest time for one image.</summary>
    public static ProblemKind KernelDeadline { get; } = new(422, "kernel-deadline",
        "The conversion took too long", "Ask for less: smaller sides, lower effort, another format.");

    /// <summary>The converter was stopped at its memory limit.</summary>
    public static ProblemKind KernelOutOfMemory { get; } = new(422, "kernel-out-of-memory",
        "The conversion needed too much memory", "Send a smaller image, or ask for smaller sides.");

    /// <summary>The converter broke its protocol on this image and was stopped.</summary>
    public static ProblemKind KernelProtocol { get; } = new(422, "kernel-protocol",
        "The image confused its converter", "Do not send it again as it is; save it anew with another program.");

    /// <summary>It has killed converters before, and none is given to it any more.</summary>
    public static ProblemKind Quarantined { get; } = new(422, "quarantined",
        "The image is quarantined", "Do not send it again as it is; save it anew with another program.");

    /// <summary>Too many wrong keys from one address.</summary>
    public static ProblemKind TooManyWrongKeys { get; } = new(429, "too-many-wrong-keys",
        "Too many unknown keys came from this address", "Check the key, and come again after the time in Retry-After.");

    /// <summary>More requests than the tenant's rate.</summary>
    public static ProblemKind RateLimited { get; } = new(429, "rate-limited",
        "The tenant sends more requests than it may", "Come again after the time in Retry-After.");

    /// <summary>More conversions at once than the tenant may have.</summary>
    public static ProblemKind InFlightLimited { get; } = new(429, "in-flight-limited",
        "The tenant has as many conversions under way as it may", "Come again when one of them has ended.");

    /// <summary>More open jobs than the tenant may have.</summary>
    public static ProblemKind JobsOpenLimited { get; } = new(429, "jobs-open-limited",
        "The tenant has as many open jobs as it may", "Come again when some of them have ended.");

    /// <summary>More request headers than allowed.</summary>
    public static ProblemKind HeadersTooLarge { get; } = new(431, "headers-too-large",
        "The request headers are too large", "Send fewer or shorter headers.");

    /// <summary>A bug of ours.</summary>
    public static ProblemKind InternalError { get; } = new(500, "internal-error",
        "Something broke on our side", "Try again; if it stays, report it with the job id.");

    /// <summary>As many requests are under way as this edge takes.</summary>
    public static ProblemKind RequestsFull { get; } = new(503, "requests-full",
        "Too many requests are under way", "Come again after the time in Retry-After.");

    /// <summary>As many body bytes are held as this edge holds.</summary>
    public static ProblemKind BytesFull { get; } = new(503, "bytes-full",
        "Too many bytes are under way", "Come again after the time in Retry-After.");

    /// <summary>The expected wait is past the deadline.</summary>
    public static ProblemKind WaitTooLong { get; } = new(503, "wait-too-long",
        "The wait would be longer than the deadline", "Come again after the time in Retry-After.");

    /// <summary>Its place went to a tenant that has less under way.</summary>
    public static ProblemKind Shed { get; } = new(503, "shed",
        "Other tenants needed the place", "Come again after the time in Retry-After, with less at once.");

    /// <summary>As many conversions wait as may wait.</summary>
    public static ProblemKind QueueFull { get; } = new(503, "queue-full",
        "Too many conversions are waiting", "Come again after the time in Retry-After.");

    /// <summary>No converter became free in time.</summary>
    public static ProblemKind QueueDeadline { get; } = new(503, "queue-deadline",
        "No converter became free in time", "Come again after the time in Retry-After.");

    /// <summary>This process is going away.</summary>
    public static ProblemKind Stopping { get; } = new(503, "stopping",
        "This server is stopping", "Send the request again: another server will take it.");

    /// <summary>Who is known here is not known yet, or was learnt too long ago.</summary>
    public static ProblemKind IdentityUnavailable { get; } = new(503, "identity-unavailable",
        "API keys cannot be checked here now", "Send the request again: another server may take it.");

    /// <summary>No converter could be started.</summary>
    public static ProblemKind NoKernel { get; } = new(503, "no-kernel",
        "No converter could be started", "Come again after the time in Retry-After.");

    /// <summary>Every worker that had it was lost.</summary>
    public static ProblemKind WorkerLost { get; } = new(503, "worker-lost",
        "The workers that had it were lost", "Come again after the time in Retry-After.");

    /// <summary>The queue took no ticket in time.</summary>
    public static ProblemKind QueueUnavailable { get; } = new(503, "queue-unavailable",
        "The queue cannot be reached", "Come again after the time in Retry-After.");

    /// <summary>No worker ended the job, and it is given up.</summary>
    public static ProblemKind NotWorkedOn { get; } = new(503, "not-worked-on",
        "No worker could end the job", "Submit it again.");

    /// <summary>The object store cannot be reached.</summary>
    public static ProblemKind StoreUnavailable { get; } = new(503, "store-unavailable",
        "The object store cannot be reached", "Come again after the time in Retry-After.");

    /// <summary>The usage ledger cannot be reached.</summary>
    public static ProblemKind LedgerUnavailable { get; } = new(503, "ledger-unavailable",
        "The usage ledger cannot be reached",
        "Come again after the time in Retry-After; nothing that was used is lost.");

    /// <summary>The object store has no room.</summary>
    public static ProblemKind StoreFull { get; } = new(503, "store-full",
        "The object store is full", "Come again after the time in Retry-After.");

    /// <summary>What was done could not be written down, so it is not done.</summary>
    public static ProblemKind UsageUnrecorded { get; } = new(503, "usage-unrecorded",
        "This server cannot record usage now", "Send the request again: another server may take it.");

    /// <summary>Readiness: poison ledger or object store cannot be used yet.</summary>
    public static ProblemKind PartNotReady { get; } = new(503, "part-not-ready",
        "Something that this server needs is not there", "Send traffic elsewhere until this address answers 200.");

    /// <summary>Readiness: work is in flight and none of it ends.</summary>
    public static ProblemKind NotProgressing { get; } = new(503, "not-progressing",
        "Conversions are under way but none ends", "Send traffic elsewhere until this address answers 200.");

    /// <summary>Readiness: the tiny conversion failed.</summary>
    public static ProblemKind TrialFailed { get; } = new(503, "trial-failed",
        "A tiny conversion failed", "Send traffic elsewhere until this address answers 200.");

    /// <summary>The kinds that only the addresses of durable jobs and their uploads give.</summary>
    public static IReadOnlyList<ProblemKind> OfJobs { get; } =
    [
        BadJob, BadIdempotencyKey, SourceRefused, JobNotFound, DeliveryNotFound, ResultNotFound, SourceNotFound,
        JobBegun, JobNotFinished, JobsOpenLimited,
        JobCancelled, IdempotencyPending, JobExpired, LengthRequired, RangeNotSatisfiable, IdempotencyMismatch,
        SourceGone, NotWorkedOn, StoreUnavailable, StoreFull, SourceFailed, SourceTimedOut,
    ];

    /// <summary>Every kind, by status.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        BadParameter, BadRequest, AmbiguousLength, EmptyBody, BadMultipart, WatermarkMismatch, BadJob,
        LaneNotAllowed,
        BadIdempotencyKey, KeyMissing, KeyUnknown, ScopeMissing, TenantSuspended, SourceRefused, NotFound,
        JobNotFound, DeliveryNotFound, ResultNotFound, SourceNotFound,
        MethodNotAllowed,
        BodyTooSlow, JobBegun, JobNotFinished, JobCancelled, IdempotencyPending, JobExpired, LengthRequired,
        TooManyBytes, UriTooLong, UnsupportedMediaType, UnsupportedFormat, RangeNotSatisfiable, IdempotencyMismatch,
        SourceGone, TooManyPixels, TooManyFrames, TooManyScans, OutputTooLarge, Damaged, TransformImpossible,
        WatermarkUnreadable, KernelCrashed, KernelDeadline, KernelOutOfMemory, KernelProtocol, Quarantined,
        RateLimited, InFlightLimited, JobsOpenLimited,
        TooManyWrongKeys, HeadersTooLarge, InternalError, SourceFailed,
        RequestsFull, BytesFull, WaitTooLong, Shed, QueueFull,
        QueueDeadline, Stopping, IdentityUnavailable, NoKernel, WorkerLost, QueueUnavailable,
        NotWorkedOn, StoreUnavailable, StoreFull, LedgerUnavailable, UsageUnrecorded, PartNotReady, NotProgressing,
        TrialFailed, SourceTimedOut,
    ];

    /// <summary>
    /// The kinds that say that more was asked for than there is room for; every other of status 5xx is a fault of ours.
    /// </summary>
    public static IReadOnlyList<ProblemKind> Overload { get; } =
        [RequestsFull, BytesFull, WaitTooLong, Shed, QueueFull];

    private static readonly FrozenDictionary<ConversionFailure, ProblemKind> ByFailure =
        new Dictionary<ConversionFailure, ProblemKind>
        {
            [ConversionFailure.Empty] = EmptyBody,
            [ConversionFailure.UnsupportedFormat] = UnsupportedFormat,
            [ConversionFailure.TooManyBytes] = TooManyBytes,
            [ConversionFailure.TooManyPixels] = TooManyPixels,
            [ConversionFailure.TooManyFrames] = TooManyFrames,
            [ConversionFailure.TooManyScans] = TooManyScans,
            [ConversionFailure.OutputTooLarge] = OutputTooLarge,
            [ConversionFailure.Damaged] = Damaged,
            [ConversionFailure.TransformImpossible] = TransformImpossible,
            [ConversionFailure.WatermarkUnreadable] = WatermarkUnreadable,
            [ConversionFailure.SourceGone] = SourceGone,
            [ConversionFailure.KernelCrashed] = KernelCrashed,
            [ConversionFailure.KernelDeadline] = KernelDeadline,
            [ConversionFailure.KernelOutOfMemory] = KernelOutOfMemory,
            [ConversionFailure.KernelProtocol] = KernelProtocol,
            [ConversionFailure.Quarantined] = Quarantined,
            [ConversionFailure.QueueFull] = QueueFull,
            [ConversionFailure.QueueDeadline] = QueueDeadline,
            [ConversionFailure.Stopping] = Stopping,
            [ConversionFailure.NoKernel] = NoKernel,
            [ConversionFailure.WorkerLost] = WorkerLost,
            [ConversionFailure.QueueUnavailable] = QueueUnavailable,
            [ConversionFailure.NotWorkedOn] = NotWorkedOn,
        }.ToFrozenDictionary();

    /// <summary>Statuses that the framework gives by itself.</summary>
    private static readonly FrozenDictionary<int, ProblemKind> ByStatus =
        new[]
        {
            BadRequest, NotFound, MethodNotAllowed, BodyTooSlow, TooManyBytes, UriTooLong,
            UnsupportedMediaType, HeadersTooLarge, InternalError,
        }.ToFrozenDictionary(kind => kind.Status);

    /// <summary>The kind of a conversion's failure.</summary>
    public static ProblemKind Of(ConversionFailure failure) => ByFailure[failure];

    /// <summary>The kind of a failure that another build may have stored, which may know more of them.</summary>
    public static ProblemKind OfStored(ConversionFailure failure) =>
        ByFailure.GetValueOrDefault(failure, InternalError);

    /// <summary>The kind of a status that the framework gave; null when the table has none for it.</summary>
    public static ProblemKind? OfStatus(int status) => ByStatus.GetValueOrDefault(status);
}
