using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Management.Plans;
using Millrace.Management.Store;

namespace Millrace.Management.Tenants;

/// <summary>Tenants: made, suspended, resumed, deleted with a grace, and what differs from their plan.</summary>
public sealed class TenantBook
{
    /// <summary>Most tenants made in one change.</summary>
    public const int ImportMax = 1_000;

    /// <summary>Most tenants of one page.</summary>
    public const int PageMax = 1_000;

    private const int NameMax = 200;
    private const int IdLetters = 22;
    private const int PurgeMax = 100;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    private readonly ChangeLog _changes;
    private readonly DatabaseDoor _door;
    private readonly StoreOptions _options;

    internal TenantBook(ChangeLog changes, DatabaseDoor door, IOptions<StoreOptions> options) =>
        (_changes, _door, _options) = (changes, door, options.Value);

    /// <summary>Makes tenants, all in one change, with ids that cannot be guessed.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="tenants">1 to <see cref="ImportMax"/>.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<IReadOnlyList<TenantView>>> CreateAsync(
        string actor, IReadOnlyList<NewTenant> tenants, CancellationToken cancellationToken) =>
        _changes.RunAsync<IReadOnlyList<TenantView>>(
            actor, change => CreateAsync(change, tenants), cancellationToken);

    /// <summary>Makes one.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<Outcome<TenantView>> CreateAsync(
        string actor, NewTenant tenant, CancellationToken cancellationToken)
    {
        var outcome = await CreateAsync(actor, [tenant], cancellationToken);
        return outcome.Refusal is { } refusal ? refusal : outcome.Value![0];
    }

    /// <summary>Changes name, plan or exceptions.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="tenant">Which.</param>
    /// <param name="wanted">What to change; what is null stays.</param>
    /// <param name="expected">The revision that the caller saw; null: whichever.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<TenantView>> ChangeAsync(
        string actor, string tenant, TenantChange wanted, long? expected, CancellationToken cancellationToken) =>
        EditAsync(actor, tenant, expected, (change, row) => ApplyAsync(change, row, wanted), cancellationToken);

    /// <summary>Refuses its requests from now on, until it is resumed.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<TenantView>> SuspendAsync(
        string actor, string tenant, long? expected, CancellationToken cancellationToken) =>
        SetStateAsync(actor, "tenant.suspend", tenant, expected, TenantState.Suspended, cancellationToken);

    /// <summary>
    /// Serves it again after a suspension; takes it back after a deletion, within the grace, as it was before that.
    /// </summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<TenantView>> ResumeAsync(
        string actor, string tenant, long? expected, CancellationToken cancellationToken) =>
        SetStateAsync(actor, "tenant.resume", tenant, expected, TenantState.Active, cancellationToken);

    /// <summary>
    /// Its keys are as unknown from now on. Until the grace is over it can be resumed, then its names, keys and
    /// secrets go.
    /// Again is harmless.
    /// </summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<TenantView>> DeleteAsync(
        string actor, string tenant, long? expected, CancellationToken cancellationToken) =>
        SetStateAsync(actor, "tenant.delete", tenant, expected, TenantState.Deleted, cancellationToken);

    /// <summary>A tenant, as long as its grace is not over.</summary>
    public async Task<Outcome<TenantView>> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        var found = await _door.ReadAsync(db => db.Tenants.AsNoTracking()
            .SingleOrDefaultAsync(row => row.Id == tenant && !row.IsRemoved, cancellationToken));
        return found is null ? Refusal.NotFound("such tenant") : View(found);
    }

    /// <summary>Tenants in the order of their ids.</summary>
    /// <param name="after">The last id of the page before; null: from the first.</param>
    /// <param name="limit">1 to <see cref="PageMax"/>.</param>
    /// <param name="state">Only these; null: all.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    public async Task<IReadOnlyList<TenantView>> ListAsync(
        string? after, int limit, TenantState? state, CancellationToken cancellationToken)
    {
        var page = await _door.ReadAsync(db =>
        {
            var rows = db.Tenants.AsNoTracking().Where(row => !row.IsRemoved);
            if (after is not null) rows = rows.Where(row => string.Compare(row.Id, after) > 0);
            if (state is { } wanted) rows = rows.Where(row => row.State == wanted);
            return rows.OrderBy(row => row.Id).Take(Math.Clamp(limit, 1, PageMax)).ToListAsync(cancellationToken);
        });
        return [.. page.Select(View)];
    }

    /// <summary>Since when a tenant has had which plan, the first first: what bills are made by.</summary>
    public async Task<IReadOnlyList<TenantPlan>> PlansAsync(string tenant, CancellationToken cancellationToken)
    {
        var rows = await _door.ReadAsync(db => db.TenantPlans.AsNoTracking()
            .Where(row => row.Tenant == tenant).OrderBy(row => row.Revision).ToListAsync(cancellationToken));
        return [.. rows.Select(row => new TenantPlan(row.From, row.Plan))];
    }

    /// <summary>
    /// Ends what has been deleted for longer than the grace, some at a time: names, extras, hosts and keys go, the id
    /// stays so that nobody gets it again.
    /// </summary>
    /// <returns>How many it ended; as many as may be at once means there may be more.</returns>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<int> PurgeAsync(string actor, CancellationToken cancellationToken)
    {
        var outcome = await _changes.RunAsync<int>(actor, PurgeAsync, cancellationToken);
        return outcome.Value;
    }

    internal static TenantView View(TenantRow row) => new(
        row.Id, row.Name, row.State, row.Plan,
        row.Overrides is null ? null : JsonSerializer.Deserialize(row.Overrides, StoreJson.Default.LimitOverrides),
        row.CreatedAt, row.DeletedAt, row.Revision);

    internal Task<Outcome<TenantView>> EditAsync(
        string actor, string tenant, long? expected, Func<Change, TenantRow, Task<Refusal?>> edit,
        CancellationToken cancellationToken) =>
        _changes.RunAsync<TenantView>(
            actor,
            async change =>
            {
                var row = await change.Db.Tenants.SingleOrDefaultAsync(
                    each => each.Id == tenant && !each.IsRemoved, change.CancellationToken);
                if (row is null) return Refusal.NotFound("such tenant");
                if (expected is { } seen && row.Revision != seen) return PlanBook.Outdated;
                if (await edit(change, row) is { } refusal) return refusal;
                if (change.IsAudited) change.Seal();
                return View(row);
            },
            cancellationToken);

    private static string NewId() => "t-" + RandomNumberGenerator.GetString(Letters, IdLetters);

    private static async Task<Outcome<IReadOnlyList<TenantView>>> CreateAsync(
        Change change, IReadOnlyList<NewTenant> tenants)
    {
        if (tenants.Count is < 1 or > ImportMax) return Refusal.Invalid($"1 to {ImportMax} tenants at once.");
        var plans = await change.Db.Plans.Select(row => row.Id).ToListAsync(change.CancellationToken);
        var rows = new List<TenantRow>();
        foreach (var tenant in tenants)
        {
            if (CheckName(tenant.Name) is { } wrong) return wrong;
            if (!plans.Contains(tenant.Plan)) return Refusal.Invalid($"There is no plan '{tenant.Plan}'.");
            rows.Add(new TenantRow
            {
                Id = NewId(),
                Name = tenant.Name,
                State = TenantState.Active,
                Plan = tenant.Plan,
                CreatedAt = change.Now,
            });
        }
        foreach (var row in rows) Add(change, row);
        change.Seal();
        IReadOnlyList<TenantView> made = rows.ConvertAll(View);
        return new Outcome<IReadOnlyList<TenantView>>(made, null);
    }

    private static void Add(Change change, TenantRow row)
    {
        change.Db.Tenants.Add(row);
        Remember(change, row);
        change.Audit("tenant.create", $"tenant/{row.Id}", null, $"{row.Name}, plan {row.Plan}");
    }

    private static void Remember(Change change, TenantRow row) => change.Db.TenantPlans.Add(new TenantPlanRow
    {
        Tenant = row.Id,
        Revision = change.Revision,
        From = change.Now,
        Plan = row.Plan,
    });

    private static async Task<Refusal?> ApplyAsync(Change change, TenantRow row, TenantChange wanted)
    {
        if (row.State == TenantState.Deleted) return Refusal.Conflict("It is being deleted: resume it first.");
        if (wanted.Name is { } name && CheckName(name) is { } wrong) return wrong;
        var plan = wanted.Plan ?? row.Plan;
        var planRow = await change.Db.Plans.AsNoTracking().SingleOrDefaultAsync(
            each => each.Id == plan, change.CancellationToken);
        if (planRow is null) return Refusal.Invalid($"There is no plan '{plan}'.");
        var limits = (wanted.Overrides ?? LimitOverrides.None).Over(PlanBook.Read(planRow.Terms).Limits);
        if (PlanRules.Failures(limits) is { Count: > 0 } failures) return Refusal.Invalid(string.Join(' ', failures));
        Set(change, row, wanted, plan);
        return null;
    }

    private static void Set(Change change, TenantRow row, TenantChange wanted, string plan)
    {
        var before = $"{row.Name}, plan {row.Plan}, {row.Overrides ?? "no exceptions"}";
        var hasMoved = plan != row.Plan;
        (row.Name, row.Plan) = (wanted.Name ?? row.Name, plan);
        if (wanted.Overrides is { } overrides)
        {
            row.Overrides = overrides == LimitOverrides.None
                ? null
                : JsonSerializer.Serialize(overrides, StoreJson.Default.LimitOverrides);
        }
        var after = $"{row.Name}, plan {row.Plan}, {row.Overrides ?? "no exceptions"}";
        if (before == after) return;
        if (hasMoved) Remember(change, row);
        change.Audit("tenant.change", $"tenant/{row.Id}", before, after);
    }

    private Task<Outcome<TenantView>> SetStateAsync(
        string actor, string action, string tenant, long? expected, TenantState state,
        CancellationToken cancellationToken) =>
        EditAsync(
            actor, tenant, expected,
            (change, row) =>
            {
                if (row.State == state) return Task.FromResult<Refusal?>(null);
                if (row.State == TenantState.Deleted && state == TenantState.Suspended)
                    return Task.FromResult<Refusal?>(Refusal.Conflict("It is being deleted: resume it first."));
                var before = row.State;
                Move(row, state, change.Now);
                change.Audit(action, $"tenant/{row.Id}", before.ToString(), row.State.ToString());
                return Task.FromResult<Refusal?>(null);
            },
            cancellationToken);

    // Taken back, it is as it was: whoever was suspended is not served by being deleted and taken back.
    private static void Move(TenantRow row, TenantState state, DateTimeOffset now)
    {
        var wasDeleted = row.State == TenantState.Deleted;
        if (state == TenantState.Deleted) (row.WasSuspended, row.DeletedAt) = (row.State == TenantState.Suspended, now);
        else row.DeletedAt = null;
        row.State = wasDeleted && row.WasSuspended ? TenantState.Suspended : state;
    }

    private static Refusal? CheckName(string name) => PlainText.Is(name, NameMax) && name.Trim().Length > 0
        ? null
        : Refusal.Invalid($"A tenant's name is 1 to {NameMax} characters, none of them a control character.");

    private async Task<Outcome<int>> PurgeAsync(Change change)
    {
        var before = change.Now - _options.DeletionGrace;
        var rows = await change.Db.Tenants
            .Where(row => row.DeletedAt != null && row.DeletedAt <= before && !row.IsRemoved)
            .OrderBy(row => row.DeletedAt).Take(PurgeMax).ToListAsync(change.CancellationToken);
        foreach (var row in rows)
        {
            (row.Name, row.Overrides, row.Extras, row.IsRemoved) = ("", null, null, true);
            change.Db.Hosts.RemoveRange(
                await change.Db.Hosts.Where(host => host.Tenant == row.Id).ToListAsync(change.CancellationToken));
            foreach (var key in await change.Db.Keys
                .Where(key => key.Tenant == row.Id && !key.IsRemoved).ToListAsync(change.CancellationToken))
            {
                (key.Name, key.RevokedAt, key.IsRemoved) = ("", change.Now, true);
            }
            change.Audit("tenant.purge", $"tenant/{row.Id}", null, null);
        }
        return rows.Count;
    }
}
