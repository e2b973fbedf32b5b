namespace Millrace.Queue.Sqlite;

/// <summary>A change that shares its transaction with others.</summary>
internal interface IDiskWork
{
    /// <summary>Whether it needs more of the disk, and may fail alone while the others free some.</summary>
    bool TakesRoom { get; }

    /// <summary>
    /// Whether it must outlive the power before it is done. One that need not is in the system's hands, and outlives
    /// the process.
    /// </summary>
    bool IsSynced { get; }

    /// <summary>Makes the change; may be called again after the transaction was rolled back.</summary>
    void Run();

    /// <summary>The transaction is on the disk, or, if nothing in it is to be synced, on its way there.</summary>
    void Commit();

    /// <summary>It is not, or nobody knows.</summary>
    void Fail(Exception exception);
}

/// <summary>A change with a result, which comes once the change is committed.</summary>
/// <param name="run">Makes it, in a transaction.</param>
/// <param name="committed">Called in the order of the changes, before <see cref="Done"/> ends.</param>
/// <param name="takesRoom">As <see cref="IDiskWork.TakesRoom"/>.</param>
internal sealed class DiskWork<T>(Func<T> run, Action<T> committed, bool takesRoom) : IDiskWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public bool TakesRoom => takesRoom;

    /// <inheritdoc/>
    public bool IsSynced { get; init; } = true;

    /// <summary>The result, once the change is committed.</summary>
    public Task<T> Done => _done.Task;

    /// <summary>Called when the change could not be made.</summary>
    public Action? Failed { get; init; }

    public void Run() => _result = run();

    public void Commit()
    {
        committed(_result);
        _done.TrySetResult(_result);
    }

    public void Fail(Exception exception)
    {
        Failed?.Invoke();
        _done.TrySetException(exception);

        // Whoever has given up waiting does not look at it.
        _ = _done.Task.Exception;
    }
}
