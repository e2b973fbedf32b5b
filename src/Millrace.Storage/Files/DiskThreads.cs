using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>
/// Threads that wait for the disk, so that no thread of the pool does: a disk that hangs holds up the store alone.
/// </summary>
internal sealed class DiskThreads : IDisposable
{
    private const int StackBytes = 512 * 1024;

    // Bounded by the check in RunAsync; what is posted tidies up after a call that was let in. Its monitor wakes the
    // threads: a BlockingCollection has them spin first, which was a tenth of the server's time under durable jobs.
    private readonly Queue<Action> _waiting = new();
    private bool _isEnded;
    private readonly int _waitingMax;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    public DiskThreads(FileObjectStoreOptions options, TimeProvider time)
    {
        (_waitingMax, _timeout, _time) = (options.WaitingMax, options.Timeout, time);
        for (var i = 0; i < options.Threads; i++)
        {
            new Thread(Work, StackBytes) { IsBackground = true, Name = "object store" }.Start();
        }
    }

    /// <summary>Runs it on one of the threads.</summary>
    /// <param name="work">Blocks for the disk alone.</param>
    /// <param name="cancellationToken">Abandons the wait; what has begun goes on.</param>
    /// <exception cref="ObjectStoreException">The disk does not answer in time.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(() => Run(work, done), _waitingMax);
        try
        {
            return await done.Task.WaitAsync(_timeout, _time, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw Late($"The disk has not answered for {_timeout.TotalSeconds:0.#} s.", exception);
        }
    }

    /// <summary>Runs it there some time, whoever waits; it throws nothing but what the disk does.</summary>
    public void Post(Action work) => Add(() => Run(() => { work(); return true; }, new()), int.MaxValue);

    /// <summary>Ends the threads, once what waits is done.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            _isEnded = true;
            Monitor.PulseAll(_waiting);
        }
    }

    private void Add(Action work, int waitingMax)
    {
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            if (_waiting.Count >= waitingMax) throw Late("Too much waits for the disk.", null);
            _waiting.Enqueue(work);
            Monitor.Pulse(_waiting);
        }
    }

    private static ObjectStoreException Late(string message, Exception? inner) =>
        new(ObjectStoreFault.Unavailable, message, inner);

#pragma warning disable CA1031 // whatever it is belongs to the one who waits for the result
    private static void Run<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(work());
        }
        catch (IOException exception) when (exception is not ObjectStoreException and not EndOfStreamException)
        {
            done.SetException(DiskFailure.Of(exception, "use the disk"));
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }

        // Whoever has given up waiting does not look at it.
        _ = done.Task.Exception;
    }
#pragma warning restore CA1031

    private void Work()
    {
        while (Next() is { } work) work();
    }

    private Action? Next()
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_isEnded) return null;
                Monitor.Wait(_waiting);
            }
            return _waiting.Dequeue();
        }
    }
}
