using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Millrace.Bench.SideBySide;

/// <summary>How sharp runs.</summary>
/// <param name="Processes">Node processes.</param>
/// <param name="Threads">Its concurrency, threads an image.</param>
/// <param name="Fast">Its default, fastShrinkOnLoad; false decodes as large as libvips' own thumbnail does.</param>
internal sealed record SharpSettings(int Processes, int Threads, bool Fast);

/// <summary>A server that was started here on a free port of 127.0.0.1, and ends with this.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const int LinesKept = 20;
    private const int SignalTerminate = 15;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly ConcurrentQueue<string> _lines = new();

    private RunningServer(string name, Process process, Uri address, DirectoryInfo folder)
    {
        (Name, Address, _process, _folder) = (name, address, process, folder);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>Where images are posted.</summary>
    public Uri Address { get; }

    public int ProcessId => _process.Id;

    public static Task<RunningServer> MillraceAsync(Places places, string query, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-bench-");
        return StartAsync(
            "Millrace", places.Service,
            port => ["serve", "--open", "--urls", $"http://127.0.0.1:{port}", "--data", folder.FullName],
            "/v1/images:convert?" + query, folder, cancellationToken);
    }

    public static Task<RunningServer> BareAsync(Places places, bool optimise, CancellationToken cancellationToken) =>
        StartAsync(
            "bare ASP.NET + NetVips", places.BareServer, port => ["--urls", $"http://127.0.0.1:{port}"],
            "/?optimise=" + Word(optimise), Directory.CreateTempSubdirectory("millrace-bench-"), cancellationToken);

    public static Task<RunningServer> SharpAsync(
        Places places, bool optimise, SharpSettings settings, CancellationToken cancellationToken) =>
        StartAsync(
            $"node + sharp, {settings.Processes} processes", "node",
            port =>
            [
                places.SharpServer, $"{port}", Word(optimise), $"{settings.Processes}", $"{settings.Threads}",
                Word(settings.Fast),
            ],
            "/", Directory.CreateTempSubdirectory("millrace-bench-"), cancellationToken);

    /// <summary>Asks it to stop, waits, and kills what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Signals.kill(_process.Id, SignalTerminate);
            using var timeout = new CancellationTokenSource(EndTimeout);
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<RunningServer> StartAsync(
        string name, string program, Func<int, string[]> arguments, string path, DirectoryInfo folder,
        CancellationToken cancellationToken)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(program, arguments(port))
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}"));
        var server = new RunningServer(name, Process.Start(start)!, address, folder);
        try
        {
            await server.WaitUntilListeningAsync(port, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task WaitUntilListeningAsync(int port, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"{Name} ended: {string.Join('\n', _lines)}");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, linked.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(PollInterval, TimeProvider.System, linked.Token);
            }
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line);
        if (_lines.Count > LinesKept) _lines.TryDequeue(out _);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Word(bool value) => value ? "true" : "false";
}
