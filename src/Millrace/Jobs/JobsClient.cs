using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Millrace.Core.Images;

namespace Millrace.Jobs;

/// <summary>Speaks to a server's jobs API. Safe for any number of threads.</summary>
internal sealed class JobsClient(PatientHttp http, string? webhook)
{
    private const string Path = "/v1/jobs";
    private const string WaitHeader = "wait=10";

    /// <summary>
    /// Hands an image in under a key: the same image under the same key is the same job, however often it is sent.
    /// </summary>
    /// <exception cref="RefusedException">The server does not want it.</exception>
    /// <exception cref="TimeoutException">The server was away or full for longer than patience lasts.</exception>
    public async Task<Guid> SubmitAsync(
        byte[] image, IReadOnlyList<BatchTransform> transforms, string key, CancellationToken cancellationToken)
    {
        using var answer = transforms is [{ Name: Core.Jobs.JobTransform.DefaultName } only]
            ? await http.SendAsync(() => Keyed(Direct(image, only), key), cancellationToken)
            : await SubmitNamedAsync(image, transforms, key, cancellationToken);
        using var job = await JsonAsync(answer, cancellationToken);
        return job.RootElement.GetProperty("id").GetGuid();
    }

    /// <summary>Waits until a job has ended.</summary>
    /// <exception cref="RefusedException">The server does not know it.</exception>
    /// <exception cref="TimeoutException">The server was away for longer than patience lasts.</exception>
    public async Task<EndedJob> EndAsync(Guid id, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var answer = await http.SendAsync(() => Look(id), cancellationToken);
            using var json = await JsonAsync(answer, cancellationToken);
            if (EndedJob.Read(json.RootElement) is { } ended) return ended;
            await http.PauseAsync(answer.Headers.RetryAfter, cancellationToken);
        }
    }

    /// <summary>Fetches a result.</summary>
    /// <exception cref="RefusedException">It is not kept any more.</exception>
    /// <exception cref="IOException">What came is not what the job says.</exception>
    public async Task<byte[]> FetchAsync(EndedResult result, CancellationToken cancellationToken)
    {
        using var answer = await http.SendAsync(() => new(HttpMethod.Get, result.Address), cancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return System.Convert.ToHexStringLower(SHA256.HashData(bytes)) == result.ContentHash
            ? bytes
            : throw new IOException("The server sent other bytes than it has promised; try again.");
    }

    private async Task<HttpResponseMessage> SubmitNamedAsync(
        byte[] image, IReadOnlyList<BatchTransform> transforms, string key, CancellationToken cancellationToken)
    {
        using var uploaded = await http.SendAsync(
            () => new(HttpMethod.Post, "/v1/uploads") { Content = Image(image) }, cancellationToken);
        using var upload = await JsonAsync(uploaded, cancellationToken);
        var wish = Wish(upload.RootElement.GetProperty("source").GetString()!, transforms);
        return await http.SendAsync(
            () => Keyed(new(HttpMethod.Post, Path) { Content = Json(wish) }, key), cancellationToken);
    }

    private HttpRequestMessage Direct(byte[] image, BatchTransform transform)
    {
        var told = webhook is null ? "" : $"&webhook={Uri.EscapeDataString(webhook)}";
        return new(HttpMethod.Post, $"{Path}?{transform.Query}{told}") { Content = Image(image) };
    }

    private byte[] Wish(string source, IReadOnlyList<BatchTransform> transforms)
    {
        var fields = new Dictionary<string, object>
        {
            ["source"] = source,
            ["transforms"] = transforms.ToDictionary(one => one.Name, one => one.Query),
        };
        if (webhook is not null) fields["webhook"] = webhook;
        return JsonSerializer.SerializeToUtf8Bytes(fields);
    }

    private static HttpRequestMessage Look(Guid id)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/{id}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("Prefer", WaitHeader);
        return request;
    }

    private static HttpRequestMessage Keyed(HttpRequestMessage request, string key)
    {
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{key}\"");
        return request;
    }

    private static ByteArrayContent Image(byte[] image) => Content(image, "application/octet-stream");

    private static ByteArrayContent Json(byte[] text) => Content(text, "application/json");

    private static ByteArrayContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    private static async Task<JsonDocument> JsonAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            var start = Encoding.UTF8.GetString(text.AsSpan(0, Math.Min(text.Length, 80)));
            throw new RefusedException($"The server's answer is no JSON; is it a Millrace? It begins: {start}");
        }
    }
}

/// <summary>A job that has ended.</summary>
/// <param name="Results">Its results.</param>
/// <param name="Problems">What went wrong, a sentence each.</param>
/// <param name="IsExpired">Whether its results are not kept any more.</param>
internal sealed record EndedJob(
    IReadOnlyList<EndedResult> Results, IReadOnlyList<string> Problems, bool IsExpired)
{
    /// <summary>Reads a job; null while it has not ended.</summary>
    public static EndedJob? Read(JsonElement job)
    {
        var state = job.GetProperty("state").GetString();
        if (state is "accepted" or "working") return null;
        var results = job.GetProperty("results").EnumerateArray().ToList();
        var problems = results.Where(one => one.TryGetProperty("problem", out _)).Select(Problem).ToList();
        var made = results.Where(one => one.TryGetProperty("href", out _)).Select(EndedResult.Read).ToList();
        if (problems.Count == 0 && made.Count < results.Count) problems.Add($"The job is {state}.");
        return new EndedJob(made, problems, state == "expired");
    }

    private static string Problem(JsonElement result)
    {
        var problem = result.GetProperty("problem");
        var name = result.GetProperty("name").GetString();
        var words = RefusedException.Words(problem);
        return name == Core.Jobs.JobTransform.DefaultName ? words : $"{name}: {words}";
    }
}

/// <summary>A result that can be fetched.</summary>
/// <param name="Name">Of its transform.</param>
/// <param name="Address">At the server.</param>
/// <param name="Format">Of the image; null when this build does not know it.</param>
/// <param name="ContentHash">SHA-256, lower-case hexadecimal.</param>
internal sealed record EndedResult(string Name, string Address, ImageFormat? Format, string ContentHash)
{
    internal static EndedResult Read(JsonElement result) => new(
        result.GetProperty("name").GetString()!, result.GetProperty("href").GetString()!,
        ImageFormats.Parse(result.GetProperty("type").GetString()!.Split('/')[^1]),
        result.GetProperty("sha256").GetString()!);
}
