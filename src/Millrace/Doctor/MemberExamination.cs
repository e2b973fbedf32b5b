using System.Globalization;
using System.Text.Json;

namespace Millrace.Doctor;

/// <summary>
/// Looks at running members by what they say of themselves: what they are, whether they are ready, their clock.
/// </summary>
internal sealed class MemberExamination : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClockPoor = TimeSpan.FromSeconds(3);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false })
    {
        Timeout = Patience,
    };

    private readonly TimeProvider _time;

    /// <summary>Dials nobody yet.</summary>
    public MemberExamination(TimeProvider time) => _time = time;

    /// <summary>Asks a member.</summary>
    /// <param name="address">Where it answers.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Finding> RunAsync(Uri address, CancellationToken cancellationToken)
    {
        var part = $"member {address.Authority}";
        try
        {
            using var ready = await _client.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
            var reason = (await ready.Content.ReadAsStringAsync(cancellationToken)).Trim();
            var service = JsonDocument.Parse(
                await _client.GetStringAsync(new Uri(address, "/v1/service"), cancellationToken)).RootElement;
            var seen = $"{service.GetProperty("role")} {service.GetProperty("version")}";
            if (!ready.IsSuccessStatusCode) return Finding.Bad(part, $"{seen} is not ready: {reason}");
            return (Clock(ready.Headers.Date) ?? Identity(service)) is { } poor
                ? Finding.Poor(part, $"{seen} is ready; {poor}")
                : Finding.Well(part, $"{seen} is ready");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException || IsLate(exception, cancellationToken))
        {
            return Finding.Bad(part, $"It does not answer as a member: {exception.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private string? Clock(DateTimeOffset? told)
    {
        if (told is not { } theirs) return null;
        var off = (theirs - _time.GetUtcNow()).Duration();
        return off > ClockPoor
            ? string.Create(CultureInfo.InvariantCulture, $"its clock is {off.TotalSeconds:0} s off this one")
            : null;
    }

    private static string? Identity(JsonElement service)
    {
        if (!service.TryGetProperty("identity", out var identity)) return null;
        var state = identity.GetProperty("state").GetString();
        return state == "fresh" ? null : $"what it knows of tenants is {state}: is management there?";
    }

    private static bool IsLate(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && !cancellationToken.IsCancellationRequested;
}
