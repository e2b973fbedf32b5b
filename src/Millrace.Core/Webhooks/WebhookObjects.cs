using Millrace.Core.Objects;

namespace Millrace.Core.Webhooks;

/// <summary>
/// The texts about webhooks in an object store, read and written. Every member throws
/// <see cref="ObjectStoreException"/> when the store cannot.
/// </summary>
public sealed class WebhookObjects(IObjectStore store)
{
    /// <summary>
    /// The delivery of a job; null when there is none, or none that can be read: it is then begun anew, as messages
    /// may come twice.
    /// </summary>
    public async Task<WebhookDelivery?> DeliveryAsync(string tenant, Guid job, CancellationToken cancellationToken) =>
        await ReadAsync(WebhookKeys.Delivery(tenant, job), cancellationToken) is { } text
            ? WebhookText.ReadDelivery(text)
            : null;

    /// <summary>Stores what became of a job's message.</summary>
    public Task PutAsync(WebhookDelivery delivery, CancellationToken cancellationToken) => store.PutAsync(
        WebhookKeys.Delivery(delivery.Tenant, delivery.Id), WebhookText.Write(delivery), PutMode.Replace,
        cancellationToken);

    /// <summary>Stores a try to come; the same one twice is one.</summary>
    public Task PutAsync(WebhookDue due, CancellationToken cancellationToken) => store.PutAsync(
        WebhookKeys.Of(due), WebhookText.Write(due), PutMode.Replace, cancellationToken);

    /// <summary>What is remembered of an endpoint; what is of another URL, or cannot be read, is forgotten.</summary>
    public async Task<EndpointState> EndpointAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        var url = endpoint.Url.AbsoluteUri;
        var text = await ReadAsync(WebhookKeys.Endpoint(endpoint.Tenant, endpoint.Name), cancellationToken);
        return text is not null && WebhookText.ReadState(text) is { } state && state.Url == url
            ? state
            : EndpointState.New(url);
    }

    /// <summary>Stores what is remembered of an endpoint.</summary>
    public Task PutAsync(WebhookEndpoint endpoint, EndpointState state, CancellationToken cancellationToken) =>
        store.PutAsync(
            WebhookKeys.Endpoint(endpoint.Tenant, endpoint.Name), WebhookText.Write(state), PutMode.Replace,
            cancellationToken);

    /// <summary>The try to come at a key; null when there is none, or it cannot be read.</summary>
    public async Task<WebhookDue?> DueAsync(ObjectKey key, CancellationToken cancellationToken) =>
        await ReadAsync(key, cancellationToken) is { } text ? WebhookText.ReadDue(text) : null;

    /// <summary>Moves what cannot be read out of the way; it is kept for operators.</summary>
    public async Task PutAsideAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var text = await ReadAsync(key, cancellationToken) ?? [];
        await store.PutAsync(WebhookKeys.Aside(key), text, PutMode.Replace, cancellationToken);
        await store.DeleteAsync(key, cancellationToken);
    }

    private async Task<byte[]?> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await using var found = await store.GetAsync(key, range: null, cancellationToken);
        if (found is null) return null;
        var text = new byte[Math.Min(found.Head.Length, WebhookText.BytesMax + 1)];
        await found.Content.ReadExactlyAsync(text, cancellationToken);
        return text;
    }
}
