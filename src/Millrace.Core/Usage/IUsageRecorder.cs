namespace Millrace.Core.Usage;

/// <summary>
/// Writes down what was answered, before it is answered. Safe for any number of threads.
/// </summary>
public interface IUsageRecorder
{
    /// <summary>
    /// Null while records are taken; otherwise why not, and what to do: new work is then refused (503), never done
    /// unrecorded.
    /// </summary>
    string? Refusing { get; }

    /// <summary>
    /// Hands a record to the operating system, so that it survives this process; on disk within a second. While the
    /// disk
    /// fails it is kept in memory up to a bound, and the alarm raised.
    /// </summary>
    /// <param name="record">What happened.</param>
    /// <returns>False when it could not be kept at all: the answer must not be given.</returns>
    bool Record(UsageRecord record);
}
