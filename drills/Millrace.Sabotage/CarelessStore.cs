using Millrace.Core.Objects;

namespace Millrace.Sabotage;

/// <summary>Writes outcomes whether or not there is one.</summary>
internal sealed class CarelessStore(IObjectStore store) : IObjectStore
{
    private const string Outcome = ".outcome";

    public Task<PutOutcome> PutAsync(
        ObjectKey key, Stream content, long length, PutMode mode, CancellationToken cancellationToken) =>
        store.PutAsync(key, content, length, ModeOf(key, mode), cancellationToken);

    public Task<StoredObject?> GetAsync(ObjectKey key, ByteRange? range, CancellationToken cancellationToken) =>
        store.GetAsync(key, range, cancellationToken);

    public Task<ObjectHead?> HeadAsync(ObjectKey key, CancellationToken cancellationToken) =>
        store.HeadAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectHead> ListAsync(
        string prefix, ObjectKey? after, CancellationToken cancellationToken) =>
        store.ListAsync(prefix, after, cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        store.DeleteAsync(key, cancellationToken);

    private static PutMode ModeOf(ObjectKey key, PutMode mode) =>
        key.ToString().EndsWith(Outcome, StringComparison.Ordinal) ? PutMode.Replace : mode;
}
