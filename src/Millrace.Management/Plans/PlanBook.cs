using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Management.Store;

namespace Millrace.Management.Plans;

/// <summary>Plans and their history: a change makes a new version, and old ones stay for bills.</summary>
public sealed class PlanBook
{
    private const int PlansMax = 1_000;

    private readonly ChangeLog _changes;
    private readonly DatabaseDoor _door;

    internal PlanBook(ChangeLog changes, DatabaseDoor door) => (_changes, _door) = (changes, door);

    /// <summary>Makes a plan, or a new version of it that holds from now on.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="plan">Its name.</param>
    /// <param name="terms">What it gives and costs.</param>
    /// <param name="expected">The revision that the caller saw; null: whichever, or a new plan.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<PlanView>> PutAsync(
        string actor, string plan, PlanTerms terms, long? expected, CancellationToken cancellationToken) =>
        _changes.RunAsync<PlanView>(actor, change => PutAsync(change, plan, terms, expected), cancellationToken);

    /// <summary>All plans, by name.</summary>
    public async Task<IReadOnlyList<PlanView>> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await _door.ReadAsync(
            db => db.Plans.AsNoTracking().OrderBy(row => row.Id).ToListAsync(cancellationToken));
        return [.. rows.Select(View)];
    }

    /// <summary>A plan as it is now.</summary>
    public async Task<Outcome<PlanView>> FindAsync(string plan, CancellationToken cancellationToken)
    {
        var found = await _door.ReadAsync(
            db => db.Plans.AsNoTracking().SingleOrDefaultAsync(row => row.Id == plan, cancellationToken));
        return found is null ? Refusal.NotFound("such plan") : View(found);
    }

    /// <summary>All versions of a plan, the first first.</summary>
    public async Task<IReadOnlyList<PlanVersion>> HistoryAsync(string plan, CancellationToken cancellationToken)
    {
        var rows = await _door.ReadAsync(db => db.PlanVersions.AsNoTracking()
            .Where(row => row.Plan == plan).OrderBy(row => row.Version).ToListAsync(cancellationToken));
        return [.. rows.Select(row => new PlanVersion(row.Version, row.From, Read(row.Terms)))];
    }

    internal static PlanTerms Read(string terms) => JsonSerializer.Deserialize(terms, StoreJson.Default.PlanTerms)!;

    private static PlanView View(PlanRow row) => new(row.Id, row.Version, Read(row.Terms), row.Revision);

    private static async Task<Outcome<PlanView>> PutAsync(Change change, string plan, PlanTerms terms, long? expected)
    {
        if (Check(plan, terms) is { } refusal) return refusal;
        var token = change.CancellationToken;
        var row = await change.Db.Plans.SingleOrDefaultAsync(each => each.Id == plan, token);
        if (expected is { } seen && row?.Revision != seen) return Outdated;
        if (row is null && await change.Db.Plans.CountAsync(token) >= PlansMax)
            return Refusal.Limit($"There may be {PlansMax} plans.");
        var text = JsonSerializer.Serialize(terms, StoreJson.Default.PlanTerms);
        return row?.Terms == text ? View(row) : await WriteAsync(change, plan, row, text);
    }

    private static async Task<PlanView> WriteAsync(Change change, string plan, PlanRow? row, string text)
    {
        change.Audit(row is null ? "plan.create" : "plan.change", $"plan/{plan}", row?.Terms, text);
        if (row is null) change.Db.Plans.Add(row = new PlanRow { Id = plan, Version = 0, Terms = text });
        (row.Version, row.Terms) = (row.Version + 1, text);
        change.Db.PlanVersions.Add(
            new PlanVersionRow { Plan = plan, Version = row.Version, From = change.Now, Terms = text });
        await TouchExceptionsAsync(change, plan);
        change.Seal();
        return View(row);
    }

    // Edges are told of exceptions as whole limits, which the plan has a part in.
    private static async Task TouchExceptionsAsync(Change change, string plan)
    {
        var rows = await change.Db.Tenants
            .Where(row => row.Plan == plan && row.Overrides != null && !row.IsRemoved)
            .ToListAsync(change.CancellationToken);
        foreach (var row in rows) change.Db.Entry(row).Property(each => each.Plan).IsModified = true;
    }

    internal static Refusal Outdated { get; } =
        new(RefusalCode.Outdated, "It was changed meanwhile: read it again, and repeat the change on what is there.");

    private static Refusal? Check(string plan, PlanTerms terms)
    {
        if (!IdentityNames.IsName(plan)) return Refusal.Invalid("A plan's name is 1 to 64 of a-z, 0-9 and '-'.");
        var failures = PlanRules.Failures(terms);
        return failures.Count > 0 ? Refusal.Invalid(string.Join(' ', failures)) : null;
    }
}

/// <summary>A plan as it is now.</summary>
/// <param name="Plan">Its name.</param>
/// <param name="Version">From 1.</param>
/// <param name="Terms">What it gives and costs.</param>
/// <param name="Revision">Of its last change; its ETag.</param>
public sealed record PlanView(string Plan, int Version, PlanTerms Terms, long Revision);

/// <summary>A plan as it was from a moment on.</summary>
/// <param name="Version">From 1.</param>
/// <param name="From">When it began to hold.</param>
/// <param name="Terms">What it gave and cost.</param>
public sealed record PlanVersion(int Version, DateTimeOffset From, PlanTerms Terms);
