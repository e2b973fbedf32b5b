using System.Text.Json.Serialization;
using Millrace.Core.Identity;
using Millrace.Core.Plans;

namespace Millrace.Management.Store;

/// <summary>The JSON in columns. Fields may be added; names and meanings stay.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlanTerms))]
[JsonSerializable(typeof(LimitOverrides))]
[JsonSerializable(typeof(TenantExtras))]
internal sealed partial class StoreJson : JsonSerializerContext;
