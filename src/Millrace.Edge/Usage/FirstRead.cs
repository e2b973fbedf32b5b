namespace Millrace.Edge.Usage;

/// <summary>
/// A stream whose first element has been read, so that what fails at once fails before an answer has begun.
/// </summary>
internal sealed class FirstRead<T> : IAsyncDisposable
{
    private readonly IAsyncEnumerator<T> _stream;
    private readonly bool _isEmpty;

    private FirstRead(IAsyncEnumerator<T> stream, bool isEmpty) => (_stream, _isEmpty) = (stream, isEmpty);

    /// <summary>Reads the first element.</summary>
    public static async Task<FirstRead<T>> OfAsync(IAsyncEnumerable<T> stream, CancellationToken cancellationToken)
    {
        var reader = stream.GetAsyncEnumerator(cancellationToken);
        try
        {
            return new FirstRead<T>(reader, isEmpty: !await reader.MoveNextAsync());
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>All elements, once.</summary>
    public async IAsyncEnumerable<T> AllAsync()
    {
        if (_isEmpty) yield break;
        do yield return _stream.Current;
        while (await _stream.MoveNextAsync());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
