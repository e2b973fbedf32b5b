namespace Millrace.Core.Identity;

/// <summary>What a key opens. The numbers travel and are stored.</summary>
[Flags]
public enum KeyScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>convert</c>: images while the caller waits.</summary>
    Convert = 1,

    /// <summary><c>jobs</c>: durable jobs, uploads and their deliveries.</summary>
    Jobs = 2,

    /// <summary><c>usage</c>: reading what the tenant has used.</summary>
    Usage = 4,

    /// <summary><c>account</c>: the tenant's own keys, endpoints and settings under <c>/v1/account</c>.</summary>
    Account = 8,

    /// <summary>All of them.</summary>
    All = Convert | Jobs | Usage | Account,
}
