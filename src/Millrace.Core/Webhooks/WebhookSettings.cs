namespace Millrace.Core.Webhooks;

/// <summary>
/// Where tenants have their jobs' ends told where everybody is served without keys: there is no management to ask then.
/// Configuration section <c>Webhooks</c>; edges and senders are given the same.
/// </summary>
public sealed record WebhookSettings
{
    /// <summary>Most endpoints in all.</summary>
    public const int EndpointsMax = 10_000;

    /// <summary>All of them, at most <see cref="EndpointsMax"/>. Default none.</summary>
    public IReadOnlyList<WebhookEndpointSettings> Endpoints { get; init; } = [];
}

/// <summary>One endpoint as it is written in the settings.</summary>
public sealed record WebhookEndpointSettings
{
    /// <summary>Whose it is. Required.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Its name: 1 to 64 of <c>a-z 0-9 -</c>, different from the tenant's others. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it is. Required.</summary>
    public string Url { get; init; } = "";

    /// <summary>
    /// One or two secrets, of which each signs: <see cref="WebhookSecret.Allowed"/>. Better in files. Only senders read
    /// them; together with the files' at least one.
    /// </summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Files with a secret each.</summary>
    public IReadOnlyList<string> SecretFiles { get; init; } = [];

    /// <summary>What is told, for example <c>job.failed</c>. Default: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Tells neither secrets nor where they are.</summary>
    public override string ToString() => $"{Tenant}/{Name}";
}
