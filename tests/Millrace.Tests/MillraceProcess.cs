using System.Diagnostics;
using System.Text;
using Millrace.Testing;

namespace Millrace.Tests;

/// <summary>The executable as a process, with what it says. Disposed, it and every kernel of it are gone.</summary>
internal sealed class MillraceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HashSet<int> _kernels = [];
    private readonly StringBuilder _errors = new();
    private readonly MemoryStream _output = new();
    private readonly Task _outputRead;
    private readonly Task _errorsRead;

    private MillraceProcess(Process process)
    {
        _process = process;
        _outputRead = ReadOutputAsync();
        _errorsRead = ReadErrorsAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    public byte[] Output
    {
        get
        {
            lock (_output) return _output.ToArray();
        }
    }

    public string OutputText => Encoding.UTF8.GetString(Output);

    /// <summary>Process ids of the kernels that live now.</summary>
    public IReadOnlyList<int> Kernels()
    {
        var kernels = Signals.ChildrenOf(Id);
        _kernels.UnionWith(kernels);
        return kernels;
    }

    public static MillraceProcess Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(TestFiles.Executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new MillraceProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, byte[] Output, string Errors)> RunAsync(
        IEnumerable<string> arguments, byte[]? input = null, params (string Name, string Value)[] environment)
    {
        await using var process = Start(arguments, environment);
        await process.WriteAsync(input ?? []);
        return (await process.ExitAsync(), process.Output, process.Errors);
    }

    /// <summary>Its exit code, once all that it said has been read.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Longest);
        await _process.WaitForExitAsync(patience.Token);
        await Task.WhenAll(_outputRead, _errorsRead).WaitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kernels();
            Signals.Send(Id, Signals.Kill);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await Patience.UntilAsync(() => !_kernels.Any(Signals.Lives), "the kernels were gone");
        _process.Dispose();
        await _output.DisposeAsync();
    }

    private async Task WriteAsync(byte[] input)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all.
        }
    }

    private async Task ReadOutputAsync()
    {
        var buffer = new byte[64 * 1024];
        while (await _process.StandardOutput.BaseStream.ReadAsync(buffer) is > 0 and var read)
        {
            lock (_output) _output.Write(buffer, 0, read);
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors) _errors.Append(line).Append('\n');
        }
    }
}
