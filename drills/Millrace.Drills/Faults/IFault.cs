namespace Millrace.Drills.Faults;

/// <summary>Something that goes wrong, and is mended again.</summary>
internal interface IFault
{
    /// <summary>As the history has it: what is done to whom.</summary>
    string Name { get; }

    /// <summary>Makes it happen.</summary>
    Task InjectAsync(CancellationToken cancellationToken);

    /// <summary>What shows that it bit, looked for just before healing; null when nothing does.</summary>
    Task<string?> TraceAsync(CancellationToken cancellationToken);

    /// <summary>Mends it; what was killed runs again afterwards.</summary>
    Task HealAsync(CancellationToken cancellationToken);
}
