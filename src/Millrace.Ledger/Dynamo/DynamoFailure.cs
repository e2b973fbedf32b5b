using System.Net;
using Amazon.Runtime;
using Millrace.Core.Usage;

namespace Millrace.Ledger.Dynamo;

/// <summary>What a failed request means, and whether another try may go better.</summary>
internal static class DynamoFailure
{
    private static readonly HashSet<string> PassingCodes =
    [
        "ProvisionedThroughputExceededException", "ThrottlingException", "Throttling", "RequestLimitExceeded",
        "LimitExceededException", "InternalServerError", "ServiceUnavailable", "RequestTimeout",
    ];

    /// <summary>Whether it is the request's failure at all, and not a bug's.</summary>
    public static bool IsOne(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException;

    /// <summary>Whether the same request may succeed some time: the store is down, slow, or wants less at once.</summary>
    public static bool IsPassing(Exception? exception) => exception switch
    {
        OperationCanceledException or HttpRequestException or IOException => true,

        // Half an answer: what was asked may be done.
        AmazonUnmarshallingException => true,
        AmazonServiceException { StatusCode: 0 } => true,
        AmazonServiceException answer => IsPassing(answer.StatusCode) || PassingCodes.Contains(answer.ErrorCode ?? ""),
        AmazonClientException { InnerException: HttpRequestException or IOException } => true,
        _ => false,
    };

    /// <summary>The failure as callers see it.</summary>
    /// <param name="exception">As the SDK has thrown it.</param>
    /// <param name="what">What was tried.</param>
    public static UsageLedgerException Of(Exception exception, string what) =>
        new($"The usage ledger cannot {what}: {Text(exception)}", exception);

    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= (HttpStatusCode)500;

    private static string Text(Exception exception) => exception switch
    {
        OperationCanceledException => "the store does not answer in time. See that it runs and can be reached.",
        AmazonServiceException { StatusCode: not 0 } answer =>
            $"{(int)answer.StatusCode} {answer.ErrorCode} {answer.Message}".TrimEnd(),
        _ => exception.GetBaseException().Message,
    };
}
