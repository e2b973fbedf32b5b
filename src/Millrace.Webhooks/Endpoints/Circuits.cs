using Millrace.Core.Webhooks;

namespace Millrace.Webhooks.Endpoints;

/// <summary>
/// This sender's circuits: one for each endpoint that failed lately, so never more than there are endpoints. Safe for
/// any number of threads.
/// </summary>
internal sealed class Circuits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Name), EndpointCircuit> _circuits = [];

    /// <summary>Whether a message may go now; if so, <see cref="After"/> or <see cref="Abandoned"/> follows.</summary>
    /// <param name="endpoint">To which.</param>
    /// <param name="wait">How long one that may not go is put off.</param>
    public bool MayEnter(WebhookEndpoint endpoint, out TimeSpan wait)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var (may, next) = Of(endpoint).Enter(now);
            wait = may ? TimeSpan.Zero : next.Wait(now);
            Set(endpoint, next);
            return may;
        }
    }

    /// <summary>A message that went has ended.</summary>
    public void After(WebhookEndpoint endpoint, bool isDelivered)
    {
        lock (_lock) Set(endpoint, Of(endpoint).After(isDelivered, time.GetUtcNow()));
    }

    /// <summary>A message that was to go did not come to an end.</summary>
    public void Abandoned(WebhookEndpoint endpoint)
    {
        lock (_lock) Set(endpoint, Of(endpoint).Abandoned());
    }

    private EndpointCircuit Of(WebhookEndpoint endpoint) =>
        _circuits.GetValueOrDefault((endpoint.Tenant, endpoint.Name));

    private void Set(WebhookEndpoint endpoint, EndpointCircuit circuit)
    {
        if (circuit == default) _circuits.Remove((endpoint.Tenant, endpoint.Name));
        else _circuits[(endpoint.Tenant, endpoint.Name)] = circuit;
    }
}
