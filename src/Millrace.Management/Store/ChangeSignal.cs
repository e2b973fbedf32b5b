namespace Millrace.Management.Store;

/// <summary>Wakes whoever waits for this process's next change.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends with the next change. Take it before looking whether there is one.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>There is a change.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
