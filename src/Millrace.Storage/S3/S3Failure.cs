using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Millrace.Core.Objects;

namespace Millrace.Storage.S3;

/// <summary>What a failed request means to callers of the store, and whether another try may go better.</summary>
internal static class S3Failure
{
    private const HttpStatusCode InsufficientStorage = (HttpStatusCode)507;

    private static readonly HashSet<string> FullCodes =
        ["QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "InsufficientCapacity"];

    /// <summary>Whether it is the request's failure at all, and not a bug's.</summary>
    public static bool IsOne(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException;

    /// <summary>Whether the store said that there is no such object.</summary>
    public static bool IsAbsent(AmazonS3Exception exception) =>
        exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket";

    /// <summary>The failure as callers see it.</summary>
    /// <param name="exception">As the SDK has thrown it.</param>
    /// <param name="what">What was tried, with the object's key or the bucket's name.</param>
    public static ObjectStoreException Of(Exception exception, string what) => exception as ObjectStoreException
        ?? new(Fault(exception), $"The object store cannot {what}: {Text(exception)}", exception);

    /// <summary>No answer in time.</summary>
    public static ObjectStoreException Silence(TimeSpan timeout, string what, Exception inner) => new(
        ObjectStoreFault.Unavailable,
        $"The object store was silent for {timeout.TotalSeconds:0.#} s when it was asked to {what}.", inner);

    private static ObjectStoreFault Fault(Exception exception) => exception switch
    {
        AmazonServiceException answer when answer.StatusCode != 0 => Fault(answer.StatusCode, answer.ErrorCode),
        AmazonServiceException or HttpRequestException or IOException => ObjectStoreFault.Unavailable,
        AmazonClientException { InnerException: HttpRequestException or IOException } => ObjectStoreFault.Unavailable,
        _ => ObjectStoreFault.Refused,
    };

    // 409 is a create that ran into another one that is not decided yet.
    private static ObjectStoreFault Fault(HttpStatusCode status, string? code) => status switch
    {
        _ when code is not null && FullCodes.Contains(code) => ObjectStoreFault.Full,
        InsufficientStorage or HttpStatusCode.RequestEntityTooLarge => ObjectStoreFault.Full,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict =>
            ObjectStoreFault.Unavailable,
        HttpStatusCode.NotImplemented => ObjectStoreFault.Refused,
        >= HttpStatusCode.InternalServerError => ObjectStoreFault.Unavailable,
        HttpStatusCode.BadRequest when code == "RequestTimeout" => ObjectStoreFault.Unavailable,
        _ => ObjectStoreFault.Refused,
    };

    private static string Text(Exception exception) => exception is AmazonServiceException { StatusCode: not 0 } answer
        ? $"{(int)answer.StatusCode} {answer.ErrorCode} {answer.Message}".TrimEnd()
        : exception.GetBaseException().Message;
}
