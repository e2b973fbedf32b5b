using Spectre.Console;

namespace Millrace.Convert;

/// <summary>Progress while it works and the summary at the end, all on stderr; stdout is for pixels.</summary>
/// <param name="time">Of the figures.</param>
/// <param name="total">How many images there are.</param>
/// <param name="done">What is done with those that succeed.</param>
internal sealed class Report(TimeProvider time, int total, string done = "converted")
{
    private const double Kilo = 1024;
    private readonly IAnsiConsole _console = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<(string Path, string Reason)> _failures = [];
    private int _done;
    private long _bytesIn;
    private long _bytesOut;
    private Action? _advance;

    public int Failed => _failures.Count;

    /// <summary>
    /// Runs the work under a progress bar where stderr is a terminal and there is more than one image.
    /// </summary>
    public async Task ShowAsync(Func<Task> work)
    {
        if (total == 1 || Console.IsErrorRedirected)
        {
            await work();
            return;
        }
        await _console.Progress()
            .Columns(
                new SpinnerColumn(), new ProgressBarColumn(), new TaskDescriptionColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask($"0 of {total} images", maxValue: total);
                _advance = () =>
                {
                    bar.Increment(1);
                    bar.Description = $"{bar.Value:0} of {total} images";
                };
                await work();
            });
    }

    public void AddSuccess(long bytesIn, long bytesOut)
    {
        lock (_lock)
        {
            _done++;
            _bytesIn += bytesIn;
            _bytesOut += bytesOut;
            _advance?.Invoke();
        }
    }

    public void AddFailure(string path, string reason)
    {
        lock (_lock)
        {
            _failures.Add((path, reason));
            _advance?.Invoke();
        }
    }

    /// <summary>Every failure by name, then one line about all.</summary>
    public void Print()
    {
        foreach (var (path, reason) in _failures.OrderBy(failure => failure.Path, StringComparer.Ordinal))
        {
            Console.Error.WriteLine($"{path}: {reason}");
        }
        if (total == 1) return;
        var seconds = time.GetElapsedTime(_start).TotalSeconds;
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{_done} {done}, {Failed} failed, {_bytesIn / Kilo:0} KB in, {_bytesOut / Kilo:0} KB out, ")
            + FormattableString.Invariant($"{seconds:0.0} s, {_done / seconds:0.0} images/s"));
    }
}
