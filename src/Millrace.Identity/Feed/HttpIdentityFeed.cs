using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;

namespace Millrace.Identity.Feed;

/// <summary>
/// The feed of a management on other machines, as <see cref="IdentityWire"/> has it. It asks the address that answered
/// last; when that fails, the others, each once. Safe for any number of threads.
/// </summary>
public sealed class HttpIdentityFeed : IIdentityFeed, IDisposable
{
    private const int ConnectionsMax = 16;
    private const int HeaderKilobytesMax = 16;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);

    // Names are looked up again after that.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly HttpFeedOptions _options;
    private readonly TimeProvider _time;
    private readonly Uri[] _addresses;
    private readonly string _authorization;
    private readonly HttpMessageInvoker _http;
    private int _turn;

    /// <summary>Reads the secret; dials nobody yet.</summary>
    public HttpIdentityFeed(IOptions<HttpFeedOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _addresses = [.. _options.Addresses.Select(text => HttpFeedPlaces.Address(text)!)];
        _authorization = "Bearer " + HttpFeedPlaces.Secret(_options);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = _options.ConnectTimeout,
            MaxConnectionsPerServer = ConnectionsMax,
            MaxResponseHeadersLength = HeaderKilobytesMax,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = Lifetime,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IdentityPage> SnapshotAsync(
        IdentityReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(
            IdentityWire.SnapshotPath + IdentityWire.QueryOf(reader), TimeSpan.Zero, cancellationToken);
        var lines = new LineReader(await answer.Response.Content.ReadAsStreamAsync(cancellationToken));
        var isWhole = false;
        while (!isWhole)
        {
            var text = await ReadAsync(lines, answer);
            var page = Readable(IdentityText.ReadPage(text), answer.Address);
            isWhole = page.IsLast;
            yield return page;
            answer.Silence.Restart();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IdentityPage> ChangesAsync(
        IdentityReader reader, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        var path = IdentityWire.ChangesOf(reader, after, wait);
        return await AskAsync(path, wait, text => IdentityText.ReadPage(text), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IdentityEntry>> FindKeyAsync(
        IdentityReader reader, KeyHash hash, CancellationToken cancellationToken) => await AskAsync(
            IdentityWire.KeysPath + hash + IdentityWire.QueryOf(reader), TimeSpan.Zero,
            text => IdentityText.ReadEntries(text), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IdentityDigest> DigestAsync(IdentityReader reader, CancellationToken cancellationToken) =>
        await AskAsync(
            IdentityWire.DigestPath + IdentityWire.QueryOf(reader), TimeSpan.Zero,
            text => IdentityText.ReadDigest(text), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(
        string path, TimeSpan wait, Func<byte[], IdentityReading<T>> read, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(path, wait, cancellationToken);
        var lines = new LineReader(await answer.Response.Content.ReadAsStreamAsync(cancellationToken));
        return Readable(read(await ReadAsync(lines, answer)), answer.Address);
    }

    // The one that answered last, then each of the others.
    private async Task<FeedAnswer> OpenAsync(string path, TimeSpan wait, CancellationToken cancellationToken)
    {
        var first = Volatile.Read(ref _turn);
        for (var tries = 1; ; tries++)
        {
            var turn = (first + tries - 1) % _addresses.Length;
            try
            {
                var answer = await OpenAsync(_addresses[turn], path, wait, cancellationToken);
                Volatile.Write(ref _turn, turn);
                return answer;
            }
            catch (IdentityFeedException) when (tries < _addresses.Length)
            {
                // The next may answer; when none does, the last one's reason is told.
            }
        }
    }

    private async Task<FeedAnswer> OpenAsync(
        Uri address, string path, TimeSpan wait, CancellationToken cancellationToken)
    {
        var silence = new SilenceLimit(wait + _options.SilenceTimeout, _time, cancellationToken);
        try
        {
            var response = await GuardAsync(address, silence, () => SendAsync(address, path, silence.Token));
            return new FeedAnswer(response, address, silence);
        }
        catch (Exception exception) when (exception is IdentityFeedException or OperationCanceledException)
        {
            silence.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK) return response;
        var status = (int)response.StatusCode;
        response.Dispose();
        var advice = status == 401 ? "; the secret is another there" : "";
        throw new IdentityFeedException($"Management at {address} answered {status}{advice}.");
    }

    private async Task<byte[]> ReadAsync(LineReader lines, FeedAnswer answer)
    {
        var silence = answer.Silence;
        return await GuardAsync(answer.Address, silence, () => lines.ReadAsync(silence.Token).AsTask())
            ?? throw Failed($"Management at {answer.Address} broke its answer off.");
    }

    private T Readable<T>(IdentityReading<T> reading, Uri address) => reading.IsRead
        ? reading.Value!
        : throw Failed($"The answer of management at {address} cannot be read. {reading.Reason}");

    private async Task<T> GuardAsync<T>(Uri address, SilenceLimit silence, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw Failed($"Management at {address} cannot be asked: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (silence.IsOver)
        {
            throw Failed($"Management at {address} is silent.", exception);
        }
    }

    // Whoever broke off in the middle is not asked first again.
    private IdentityFeedException Failed(string message, Exception? inner = null)
    {
        Volatile.Write(ref _turn, (Volatile.Read(ref _turn) + 1) % _addresses.Length);
        return new IdentityFeedException(message, inner);
    }
}

/// <summary>An answer that is being read, and the limit of its silence.</summary>
internal sealed record FeedAnswer(HttpResponseMessage Response, Uri Address, SilenceLimit Silence) : IDisposable
{
    public void Dispose()
    {
        Response.Dispose();
        Silence.Dispose();
    }
}
