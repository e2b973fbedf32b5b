using System.Text.Json.Serialization;
using Millrace.Core.Jobs;

namespace Millrace.Edge.Internal;

/// <summary>A fingerprint and what is held against it.</summary>
internal sealed record PoisonAnswer(
    string Fingerprint, int Strikes, bool Quarantined, string Tenant, string Cause, string Witness,
    DateTimeOffset LastAt, DateTimeOffset ExpiresAt);

/// <summary>What an edge sees.</summary>
internal sealed record StatusAnswer(
    string Edge, Guid Instance, IReadOnlyList<WorkerAnswer> Workers, IReadOnlyList<CellAnswer> Cells, int Open,
    int Claimed, int WaitingAtGate, string? LedgerBehind);

/// <summary>A worker with a session.</summary>
internal sealed record WorkerAnswer(
    string Name, Guid Instance, string Build, int Kernels, double? Pace, bool Limps);

/// <summary>A cell of the queue.</summary>
internal sealed record CellAnswer(int Cell, bool Healthy, string Reason, IReadOnlyList<LaneAnswer> Lanes);

/// <summary>A lane of a cell.</summary>
internal sealed record LaneAnswer(string Lane, long Depth, double OldestSeconds);

/// <summary>Source-generated writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<PoisonAnswer>))]
[JsonSerializable(typeof(IReadOnlyList<DeadJob>))]
[JsonSerializable(typeof(StatusAnswer))]
internal sealed partial class OperatorAnswers : JsonSerializerContext;
