using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;

namespace Millrace.Billing.Plans;

/// <summary>
/// Plans and who has them, from a JSON file: for a service without management, and for trying prices out. Its form is
/// in docs/billing.md.
/// </summary>
public sealed class PlanFile : IPlanHistory
{
    private const int BytesMax = 256 * 1024 * 1024;
    private readonly List<PlanStretch> _stretches;

    private PlanFile(List<PlanStretch> stretches) => _stretches = stretches;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not of that form; the message says what is wrong.</exception>
    public static PlanFile Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file '{path}' of plans.");
        return new FileInfo(path).Length <= BytesMax
            ? Parse(File.ReadAllBytes(path), path)
            : throw new InvalidDataException($"'{path}' has over {BytesMax} bytes.");
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="name">How it is called in messages.</param>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static PlanFile Parse(ReadOnlySpan<byte> text, string name)
    {
        try
        {
            var form = JsonSerializer.Deserialize(text, PlanFileJson.Default.PlanFileForm)!;
            var failures = form.Failures().ToList();
            if (failures.Count > 0) throw new InvalidDataException($"'{name}': {string.Join(" ", failures)}");
            return new([.. form.Stretches()]);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{name}' is no file of plans: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PlanStretch> ReadAsync(
        DateTimeOffset from, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var stretch in _stretches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (stretch.From < until && (stretch.Until is not { } end || end > from)) yield return stretch;
        }
    }
}

/// <summary>The file as it is written.</summary>
internal sealed record PlanFileForm
{
    public required IReadOnlyDictionary<string, IReadOnlyList<PlanVersionForm>> Plans { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<PlanChoice>> Tenants { get; init; }

    public IEnumerable<string> Failures()
    {
        foreach (var (name, versions) in Plans)
        {
            if (versions.Count == 0) yield return $"Plan '{name}' has no version.";
            if (!IsAscending(versions.Select(version => version.From)))
                yield return $"The versions of plan '{name}' are not in the order of time.";
            foreach (var failure in versions.SelectMany(version => version.Failures()).Distinct())
                yield return $"Plan '{name}': {failure}";
        }
        foreach (var (tenant, choices) in Tenants)
        {
            if (!IsAscending(choices.Select(choice => choice.From)))
                yield return $"The plans of tenant '{tenant}' are not in the order of time.";
            foreach (var choice in choices.Where(choice => !Plans.ContainsKey(choice.Plan)))
                yield return $"Tenant '{tenant}' has the plan '{choice.Plan}', which there is not.";
        }
    }

    public IEnumerable<PlanStretch> Stretches()
    {
        var versions = Plans.ToDictionary(
            plan => plan.Key,
            plan => (IReadOnlyList<PriceVersion>)[.. plan.Value.Select(
                (version, index) => new PriceVersion(index + 1, version.From, version.ToPrices()))]);
        return Tenants.OrderBy(tenant => tenant.Key, StringComparer.Ordinal)
            .SelectMany(tenant => PlanStretches.Of(tenant.Key, tenant.Value, plan => versions[plan]));
    }

    private static bool IsAscending(IEnumerable<DateTimeOffset> times) =>
        times.Zip(times.Skip(1)).All(pair => pair.First < pair.Second);
}

/// <summary>A version of a plan as it is written.</summary>
internal sealed record PlanVersionForm
{
    public required DateTimeOffset From { get; init; }

    public required string Currency { get; init; }

    public long MonthlyMicros { get; init; }

    public IReadOnlyList<PlanCharge> Charges { get; init; } = [];

    public PlanPrices ToPrices() => new(Currency, MonthlyMicros, Charges);

    public IEnumerable<string> Failures() => PlanRules.Failures(
        new PlanTerms { Limits = Any, Currency = Currency, MonthlyMicros = MonthlyMicros, Charges = Charges });

    // What a plan allows is of no meaning here, and must be sound for the rules to look at its prices.
    private static TenantLimits Any { get; } = new()
    {
        RequestsPerSecond = 1,
        Burst = 1,
        InFlight = 1,
        JobsOpen = 1,
        BytesMax = 1,
        PixelsMax = 1,
        Lanes = [Lane.Interactive],
        Retention = TimeSpan.FromDays(1),
    };
}

/// <summary>Source-generated reading.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(PlanFileForm))]
internal sealed partial class PlanFileJson : JsonSerializerContext;
