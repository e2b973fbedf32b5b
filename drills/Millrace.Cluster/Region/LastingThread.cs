using System.Collections.Concurrent;

namespace Millrace.Cluster.Region;

/// <summary>
/// A thread that lives as long as this program. Linux sends a child its "parent death signal" when the thread ends that
/// started it, so children are not started by the thread pool, whose threads come and go.
/// </summary>
internal static class LastingThread
{
    private static readonly BlockingCollection<Action> Work = Begin();

    /// <summary>Runs it there.</summary>
    public static Task<T> RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable()) action();
        })
        {
            IsBackground = true,
            Name = "children",
        };
        thread.Start();
        return work;
    }
}
