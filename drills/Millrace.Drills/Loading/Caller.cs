namespace Millrace.Drills.Loading;

/// <summary>A tenant with a key.</summary>
internal sealed record Caller(string Tenant, string Key);

/// <summary>What is converted: its name in the oracle, its bytes, and to what.</summary>
internal sealed record Subject(string Name, byte[] Bytes, string Query);
