using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Millrace.Convert;
using Millrace.Roles;

namespace Millrace.Jobs;

/// <summary>Hands every image of a folder in and, when watched, fetches what becomes of it.</summary>
internal sealed class Batch : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(100);

    private readonly BatchArguments _arguments;
    private readonly IReadOnlyList<BatchTransform> _transforms;
    private readonly HttpClient _http;
    private readonly JobsClient _client;
    private readonly BatchJournal _journal;
    private readonly Report _report;

    private Batch(BatchArguments arguments, IReadOnlyList<BatchTransform> transforms, int images)
    {
        (_arguments, _transforms) = (arguments, transforms);
        _journal = BatchJournal.Open(arguments.Output);
        _http = Http(arguments);
        var patient = new PatientHttp(
            _http, arguments.Patience, TimeProvider.System, new Random(Environment.ProcessId));
        _client = new JobsClient(patient, arguments.Webhook);
        _report = new Report(TimeProvider.System, images, arguments.Watch ? "converted" : "handed in");
    }

    /// <returns>An <see cref="ExitCode"/>; every failure was named on stderr.</returns>
    public static Task<int> RunAsync(BatchArguments arguments, CancellationToken cancellationToken) =>
        RoleHost.GuardAsync(async () =>
        {
            var (transforms, refusal) = arguments.Parse();
            if (refusal is not null) return RoleHost.Refuse(refusal);
            var (images, none) = BatchFolder.Images(arguments.Folder, arguments.Output);
            if (none is not null) return RoleHost.Refuse(none);
            using var batch = new Batch(arguments, transforms, images.Count);
            return await batch.RunAsync(images, cancellationToken);
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _journal.Dispose();
    }

    private async Task<int> RunAsync(IReadOnlyList<BatchImage> images, CancellationToken cancellationToken)
    {
        try
        {
            await _report.ShowAsync(() => Parallel.ForEachAsync(
                images,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = _arguments.Concurrency,
                    CancellationToken = cancellationToken,
                },
                async (image, cancel) => await OneAsync(image, cancel)));
        }
        catch (OperationCanceledException)
        {
            _report.Print();
            RoleHost.Refuse("stopped; what was handed in goes on, and the same command goes on with the rest.");
            return ExitCode.Failed;
        }
        catch (Exception exception) when (exception is TimeoutException or RefusedException { ConcernsAll: true })
        {
            _report.Print();
            RoleHost.Refuse($"{exception.Message} The same command goes on with the rest.");
            return ExitCode.Failed;
        }
        _report.Print();
        return _report.Failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task OneAsync(BatchImage image, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await ImageFile.ReadAsync(Path.Combine(_arguments.Folder, image.Path), cancellationToken);
            var key = Key(image.Path, bytes);
            var known = _journal.Find(key);
            var entry = known ?? await SubmitAsync(image, bytes, key, cancellationToken);
            if (!_arguments.Watch || IsDone(known))
            {
                _report.AddSuccess(bytes.Length, 0);
                return;
            }
            if (await EndAsync(entry.Job, isOld: known is not null, cancellationToken) is not { } ended)
            {
                // Too long ago: the server has forgotten it, and its results.
                entry = await SubmitAsync(image, bytes, key, cancellationToken);
                ended = await _client.EndAsync(entry.Job, cancellationToken);
            }
            await FinishAsync(image, entry, ended, bytes.Length, cancellationToken);
        }
        catch (RefusedException exception) when (!exception.ConcernsAll)
        {
            _report.AddFailure(image.Path, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _report.AddFailure(image.Path, exception.Message);
        }
    }

    private async Task<JournalEntry> SubmitAsync(
        BatchImage image, byte[] bytes, string key, CancellationToken cancellationToken)
    {
        var job = await _client.SubmitAsync(bytes, _transforms, key, cancellationToken);
        var entry = new JournalEntry(key, image.Path, job);
        _journal.Note(entry);
        return entry;
    }

    /// <returns>Null when it is old and not kept any more.</returns>
    private async Task<EndedJob?> EndAsync(Guid job, bool isOld, CancellationToken cancellationToken)
    {
        try
        {
            var ended = await _client.EndAsync(job, cancellationToken);
            return isOld && ended.IsExpired ? null : ended;
        }
        catch (RefusedException exception) when (isOld && !exception.ConcernsAll)
        {
            return null;
        }
    }

    private async Task FinishAsync(
        BatchImage image, JournalEntry entry, EndedJob ended, long bytesIn, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        long bytesOut = 0;
        foreach (var result in ended.Results)
        {
            var bytes = await _client.FetchAsync(result, cancellationToken);
            var file = image.ResultPath(result.Name, result.Format);
            await ImageFile.WriteAsync(Path.Combine(_arguments.Output, file), bytes, cancellationToken);
            files.Add(file);
            bytesOut += bytes.Length;
        }
        if (ended.Problems.Count > 0)
        {
            _report.AddFailure(image.Path, string.Join(" ", ended.Problems));
            return;
        }
        _journal.Note(entry with { Files = files });
        _report.AddSuccess(bytesIn, bytesOut);
    }

    private bool IsDone(JournalEntry? known) =>
        known?.Files is { } files && files.All(file => File.Exists(Path.Combine(_arguments.Output, file)));

    // A changed image, or another wish, is another job.
    private string Key(string path, byte[] image)
    {
        var content = System.Convert.ToHexStringLower(SHA256.HashData(image));
        var text = new StringBuilder(path).Append('\n').AppendLine(content);
        if (_arguments.Webhook is { } webhook) text.AppendLine(webhook);
        foreach (var transform in _transforms) text.Append(transform.Name).Append(':').AppendLine(transform.Query);
        return System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static HttpClient Http(BatchArguments arguments)
    {
        var http = new HttpClient { BaseAddress = arguments.Server, Timeout = AnswerTimeout };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("millrace-jobs", null));
        if (arguments.KeyPath is { } path)
        {
            var key = File.ReadLines(path).FirstOrDefault()?.Trim();
            if (string.IsNullOrEmpty(key)) throw new InvalidDataException($"There is no key in {path}.");
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        if (arguments.Tenant is { } tenant) http.DefaultRequestHeaders.Add("Millrace-Tenant", tenant);
        return http;
    }
}
