using Millrace.Core.Objects;

namespace Millrace.Billing.Archive;

/// <summary>Where volumes are kept: another bucket, folder or storage class than that of the hot segments.</summary>
/// <param name="Objects">The store. Nothing here replaces or deletes in it.</param>
public sealed record ColdStore(IObjectStore Objects);
