namespace Millrace.Edge.Internal;

/// <summary>Where workers and operators are heard, for whoever composed the edge.</summary>
public sealed class InternalAddresses
{
    /// <summary>Addresses with their ports; empty until the listener has started.</summary>
    public IReadOnlyCollection<string> All { get; internal set; } = [];
}
