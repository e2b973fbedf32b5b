using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Management.Store;

namespace Millrace.Management.Keys;

/// <summary>API keys: shown once, when they are made; only their hash is kept.</summary>
public sealed class KeyBook
{
    private const int NameMax = 200;
    private const int IdLetters = 16;
    private static readonly TimeSpan OverlapMax = TimeSpan.FromDays(90);

    private readonly ChangeLog _changes;
    private readonly DatabaseDoor _door;
    private readonly StoreOptions _options;

    internal KeyBook(ChangeLog changes, DatabaseDoor door, IOptions<StoreOptions> options) =>
        (_changes, _door, _options) = (changes, door, options.Value);

    /// <summary>Makes a key.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="wanted">What it opens, and until when.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<NewKey>> CreateAsync(
        string actor, string tenant, KeyWish wanted, CancellationToken cancellationToken) =>
        _changes.RunAsync<NewKey>(actor, change => CreateAsync(change, tenant, wanted), cancellationToken);

    /// <summary>Makes a key that opens what another does; the other goes on for a while.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="key">Id of the other.</param>
    /// <param name="overlap">How long the other goes on. 0 to 90 days.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<NewKey>> RotateAsync(
        string actor, string tenant, string key, TimeSpan overlap, CancellationToken cancellationToken) =>
        _changes.RunAsync<NewKey>(actor, change => RotateAsync(change, tenant, key, overlap), cancellationToken);

    /// <summary>It opens nothing from now on, for ever. Again is harmless.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<KeyView>> RevokeAsync(
        string actor, string tenant, string key, CancellationToken cancellationToken) =>
        _changes.RunAsync<KeyView>(
            actor,
            async change =>
            {
                if (await FindAsync(change, tenant, key) is not { } row) return Refusal.NotFound("such key");
                if (row.IsRemoved) return View(row);
                (row.RevokedAt, row.IsRemoved) = (change.Now, true);
                change.Audit("key.revoke", $"key/{row.Id}", row.Scopes.ToString(), null, tenant);
                return View(row);
            },
            cancellationToken);

    /// <summary>A tenant's keys, revoked ones too, the oldest first. Empty when there is no such tenant.</summary>
    public async Task<IReadOnlyList<KeyView>> ListAsync(string tenant, CancellationToken cancellationToken)
    {
        var rows = await _door.ReadAsync(db => db.Keys.AsNoTracking().Where(row => row.Tenant == tenant)
            .OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken));
        return [.. rows.Select(View)];
    }

    private static KeyView View(KeyRow row) =>
        new(row.Id, row.Name, row.Scopes, row.CreatedAt, row.ExpiresAt, row.RevokedAt);

    private static Task<KeyRow?> FindAsync(Change change, string tenant, string key) =>
        change.Db.Keys.SingleOrDefaultAsync(row => row.Tenant == tenant && row.Id == key, change.CancellationToken);

    private async Task<Outcome<NewKey>> CreateAsync(Change change, string tenant, KeyWish wanted)
    {
        if (await CheckAsync(change, tenant, wanted) is { } refusal) return refusal;
        return Add(change, tenant, wanted);
    }

    private async Task<Refusal?> CheckAsync(Change change, string tenant, KeyWish wanted)
    {
        if (Check(change, wanted) is { } wrong) return wrong;
        var row = await change.Db.Tenants.AsNoTracking().SingleOrDefaultAsync(
            each => each.Id == tenant && !each.IsRemoved, change.CancellationToken);
        if (row is null) return Refusal.NotFound("such tenant");
        if (row.State == TenantState.Deleted) return Refusal.Conflict("It is being deleted: resume it first.");
        var now = change.Now;
        var live = await change.Db.Keys.CountAsync(
            each => each.Tenant == tenant && !each.IsRemoved && (each.ExpiresAt == null || each.ExpiresAt > now),
            change.CancellationToken);
        return live >= _options.KeysMax
            ? Refusal.Limit($"A tenant may have {_options.KeysMax} live keys: revoke one first.")
            : null;
    }

    private static Refusal? Check(Change change, KeyWish wanted)
    {
        if (!PlainText.Is(wanted.Name, NameMax))
            return Refusal.Invalid($"A key's name has at most {NameMax} characters, none of them a control character.");
        if (wanted.Scopes == KeyScopes.None || (wanted.Scopes & ~KeyScopes.All) != 0)
            return Refusal.Invalid("scopes must be some of convert, jobs, usage and account.");
        return wanted.ExpiresAt <= change.Now ? Refusal.Invalid("expiresAt must lie in the future.") : null;
    }

    private async Task<Outcome<NewKey>> RotateAsync(Change change, string tenant, string key, TimeSpan overlap)
    {
        if (overlap < TimeSpan.Zero || overlap > OverlapMax)
            return Refusal.Invalid($"The overlap must be 0 to {OverlapMax.TotalDays:0} days.");
        if (await FindAsync(change, tenant, key) is not { } old) return Refusal.NotFound("such key");
        if (old.IsRemoved || old.ExpiresAt <= change.Now) return Refusal.Conflict("That key opens nothing any more.");
        var wanted = new KeyWish(old.Name, old.Scopes, old.ExpiresAt);
        if (await CheckAsync(change, tenant, wanted) is { } refusal) return refusal;
        var end = change.Now + overlap;
        if (old.ExpiresAt is null || old.ExpiresAt > end) old.ExpiresAt = end;
        change.Audit("key.rotate", $"key/{old.Id}", null, $"ends {old.ExpiresAt:O}", tenant);
        return Add(change, tenant, wanted);
    }

    private static NewKey Add(Change change, string tenant, KeyWish wanted)
    {
        var text = ApiKeyText.Of(RandomNumberGenerator.GetString(ApiKeyText.Letters, ApiKeyText.RandomLetters));
        var hash = new byte[KeyHash.Length];
        KeyHash.Of(text).CopyTo(hash);
        var row = new KeyRow
        {
            Hash = hash,
            Id = "key_" + RandomNumberGenerator.GetString(ApiKeyText.Letters, IdLetters),
            Tenant = tenant,
            Name = wanted.Name,
            Scopes = wanted.Scopes,
            CreatedAt = change.Now,
            ExpiresAt = wanted.ExpiresAt,
        };
        change.Db.Keys.Add(row);
        change.Audit("key.create", $"key/{row.Id}", null, $"of {tenant}: {wanted.Scopes}", tenant);
        return new NewKey(text, View(row));
    }
}

/// <summary>A key that is wanted.</summary>
/// <param name="Name">For people; at most 200 characters.</param>
/// <param name="Scopes">What it opens.</param>
/// <param name="ExpiresAt">From when on it opens nothing; null: never.</param>
public sealed record KeyWish(string Name, KeyScopes Scopes, DateTimeOffset? ExpiresAt);

/// <summary>A key that was made. The only time that its text is told.</summary>
/// <param name="Text">The key itself.</param>
/// <param name="Key">What is kept of it.</param>
public sealed record NewKey(string Text, KeyView Key)
{
    /// <summary>Does not tell the key.</summary>
    public override string ToString() => Key.ToString();
}

/// <summary>A key as it is kept.</summary>
/// <param name="Id">Its name among people.</param>
/// <param name="Name">As its maker called it.</param>
/// <param name="Scopes">What it opens.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it opens nothing; null: never.</param>
/// <param name="RevokedAt">When it was revoked; null: it was not.</param>
public sealed record KeyView(
    string Id, string Name, KeyScopes Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt);
