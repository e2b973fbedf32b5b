namespace Millrace.Usage;

/// <summary>What the command line of <c>usage export</c> says.</summary>
internal sealed record ExportArguments
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>openmeter or stripe.</summary>
    public required string Form { get; init; }

    /// <summary>Null for everybody's.</summary>
    public string? Tenant { get; init; }

    public DirectoryInfo? Data { get; init; }

    public FileInfo? SettingsFile { get; init; }

    /// <summary>Where events are posted; null: they are lines on stdout.</summary>
    public Uri? Post { get; init; }

    public FileInfo? TokenFile { get; init; }

    /// <summary>Further headers, each <c>name: value</c>.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Null for the form's own.</summary>
    public string? EventName { get; init; }

    public required string Source { get; init; }

    /// <summary>What of a row Stripe's meter counts.</summary>
    public required string Value { get; init; }

    public FileInfo? Customers { get; init; }

    public bool EvenIfIncomplete { get; init; }

    public required TimeSpan Patience { get; init; }
}
