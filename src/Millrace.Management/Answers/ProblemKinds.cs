namespace Millrace.Management.Answers;

/// <summary>The one table of refusals; docs/operations.md lists it.</summary>
internal static class ProblemKinds
{
    public static ProblemKind BadField { get; } = new(400, "bad-field",
        "A field is not as expected", "Correct the named field; allowed says what may stand there.");

    public static ProblemKind BadRequest { get; } = new(400, "bad-request",
        "The request is malformed", "Send a well-formed HTTP request.");

    public static ProblemKind TokenMissing { get; } = new(401, "token-missing",
        "There is no operator's token", "Send the header Authorization: Bearer and a token.");

    public static ProblemKind TokenUnknown { get; } = new(401, "token-unknown",
        "The operator's token is not known", "Check the token; it may be mistyped, revoked or past its end.");

    public static ProblemKind KeyMissing { get; } = new(401, "key-missing",
        "There is no API key", "Send the header Authorization: Bearer mr_….");

    public static ProblemKind KeyUnknown { get; } = new(401, "key-unknown",
        "The API key is not known", "Check the key; it may be mistyped, revoked or past its end.");

    public static ProblemKind SecretUnknown { get; } = new(401, "secret-unknown",
        "The cluster's secret is not known", "Send the header Authorization: Bearer and the cluster's secret.");

    public static ProblemKind RoleMissing { get; } = new(403, "role-missing",
        "The operator may not do this", "Ask an operator with the role that is named.");

    public static ProblemKind ScopeMissing { get; } = new(403, "scope-missing",
        "The API key does not open this", "Use a key with the scope that is named.");

    public static ProblemKind ScopeBeyond { get; } = new(403, "scope-beyond",
        "The new key would open more than the caller's", "Ask for scopes that the caller's own key has.");

    public static ProblemKind TenantSuspended { get; } = new(403, "tenant-suspended",
        "The tenant is suspended", "Ask whoever runs this service; nothing of the tenant is lost.");

    public static ProblemKind NotFound { get; } = new(404, "not-found",
        "There is nothing at this address", "See /docs for the addresses there are.");

    public static ProblemKind ThingNotFound { get; } = new(404, "thing-not-found",
        "There is no such thing", "Check its name, and whose it is.");

    public static ProblemKind MethodNotAllowed { get; } = new(405, "method-not-allowed",
        "The address does not take this method", "Use a method that the Allow header names.");

    public static ProblemKind BodyTooSlow { get; } = new(408, "body-too-slow",
        "The body came too slowly", "Send it again over a faster connection.");

    public static ProblemKind Taken { get; } = new(409, "name-taken",
        "The name is taken", "Choose another name, or change what has it.");

    public static ProblemKind InUse { get; } = new(409, "in-use",
        "Something still needs it", "Take it from those who need it first.");

    public static ProblemKind NotNow { get; } = new(409, "not-now",
        "It cannot be done as things stand", "Look at the thing's state first.");

    public static ProblemKind Changed { get; } = new(412, "changed-meanwhile",
        "It was changed meanwhile", "Fetch it anew, look at it, and send the change with its new ETag.");

    public static ProblemKind TooManyBytes { get; } = new(413, "too-many-bytes",
        "The body is too long", "Send a shorter body.");

    public static ProblemKind UriTooLong { get; } = new(414, "uri-too-long",
        "The address is too long", "Send a shorter query.");

    public static ProblemKind UnsupportedMediaType { get; } = new(415, "unsupported-media-type",
        "The content type is not taken", "Send application/json without a content coding.");

    public static ProblemKind TooMany { get; } = new(422, "too-many",
        "There are as many as there may be", "Remove one that is not needed any more.");

    public static ProblemKind MatchRequired { get; } = new(428, "match-required",
        "A change must say what it changes", "Send If-Match with the ETag of what was looked at.");

    public static ProblemKind TooManyWrongKeys { get; } = new(429, "too-many-wrong-keys",
        "Too many unknown keys came from this address", "Check the key, and come again after the time in Retry-After.");

    public static ProblemKind HeadersTooLarge { get; } = new(431, "headers-too-large",
        "The request headers are too large", "Send fewer or shorter headers.");

    public static ProblemKind InternalError { get; } = new(500, "internal-error",
        "Something broke on our side", "Try again; if it stays, report it with the job id.");

    public static ProblemKind DatabaseAway { get; } = new(503, "database-unavailable",
        "The database cannot be asked now", "Come again after the time in Retry-After; what was sent may be done.");

    /// <summary>All of them, by status.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        BadField, BadRequest, TokenMissing, TokenUnknown, KeyMissing, KeyUnknown, SecretUnknown, RoleMissing,
        ScopeMissing, ScopeBeyond, TenantSuspended, NotFound, ThingNotFound, MethodNotAllowed, BodyTooSlow, Taken,
        InUse, NotNow, Changed, TooManyBytes, UriTooLong, UnsupportedMediaType, TooMany, MatchRequired,
        TooManyWrongKeys, HeadersTooLarge, InternalError, DatabaseAway,
    ];

    /// <summary>The kind of a status that the framework gave by itself.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        404 => NotFound,
        _ => All.FirstOrDefault(kind => kind.Status == status && kind != BadField) ?? InternalError,
    };
}
