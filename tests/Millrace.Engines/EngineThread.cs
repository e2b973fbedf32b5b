using System.Collections.Concurrent;
using System.Diagnostics;

namespace Millrace.Engines;

/// <summary>
/// Starts programs that the kernel kills when this program ends, however it ends: each asks for SIGKILL at the death of
/// its parent, and as that means the thread that started it, one thread starts them all and lives until disposed.
/// </summary>
internal sealed class EngineThread : IDisposable
{
    private const int StartsMax = 64;

    private readonly BlockingCollection<Action> _starts = new(StartsMax);

    public EngineThread()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "engines" };
        thread.Start();
    }

    /// <summary>Starts a program; it and everything that it becomes by exec ends with this program.</summary>
    /// <param name="start">Program, arguments, environment; rewritten to go through setpriv and a shell.</param>
    /// <param name="output">Absolute path of the file that gets what it writes.</param>
    public Task<Process> StartAsync(ProcessStartInfo start, string output)
    {
        const string become = "exec \"$@\" >>\"$0\" 2>&1 </dev/null";
        IEnumerable<string> arguments =
            ["--pdeathsig", "KILL", "--", "sh", "-c", become, output, start.FileName, .. start.ArgumentList];
        var bound = new ProcessStartInfo("setpriv", arguments)
        {
            WorkingDirectory = start.WorkingDirectory,
        };
        bound.Environment.Clear();
        foreach (var (name, value) in start.Environment)
        {
            bound.Environment[name] = value;
        }
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starts.Add(() => Start(bound, started));
        return started.Task;
    }

    /// <summary>Ends the thread, and with it whatever it started and still runs.</summary>
    public void Dispose() => _starts.CompleteAdding();

    private static void Start(ProcessStartInfo start, TaskCompletionSource<Process> started)
    {
        try
        {
            started.SetResult(Process.Start(start)!);
        }
        catch (Exception exception)
            when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            started.SetException(exception);
        }
    }

    private void Run()
    {
        foreach (var start in _starts.GetConsumingEnumerable())
        {
            start();
        }
        _starts.Dispose();
    }
}
