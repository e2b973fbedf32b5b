namespace Millrace;

/// <summary>What the process says at its end.</summary>
internal static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>Some of it was not; each failure was named.</summary>
    public const int Failed = 1;

    /// <summary>Nothing was begun: the command line, the settings or the machine do not allow it.</summary>
    public const int Unusable = 2;
}
