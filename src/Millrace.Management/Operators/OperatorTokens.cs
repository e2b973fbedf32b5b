using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Millrace.Core.Identity;
using Millrace.Management.Store;

namespace Millrace.Management.Operators;

/// <summary>
/// The tokens of operators: <c>mo_</c> and 43 letters of base64url (256 bits), shown once, of which only SHA-256 is
/// kept. Those that were taken away are gone; the audit knows of them.
/// </summary>
public sealed class OperatorTokens
{
    /// <summary>The name of the token that the first start makes.</summary>
    public const string Bootstrap = "bootstrap";

    /// <summary>Most tokens.</summary>
    public const int TokensMax = 1_000;

    private const string Prefix = "mo_";
    private const string Machine = "millrace";
    private const int RandomBytes = 32;

    private readonly ChangeLog _changes;
    private readonly DatabaseDoor _door;

    internal OperatorTokens(ChangeLog changes, DatabaseDoor door) => (_changes, _door) = (changes, door);

    /// <summary>Makes the first owner's token, when there is none of any operator yet.</summary>
    /// <returns>The token; null when there were some.</returns>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<string?> MakeFirstAsync(CancellationToken cancellationToken)
    {
        var outcome = await _changes.RunAsync<string>(
            Machine,
            async change => await change.Db.OperatorTokens.AnyAsync(change.CancellationToken)
                ? Refusal.Conflict("There are operators already.")
                : Add(change, Bootstrap, OperatorRole.Owner),
            cancellationToken);
        return outcome.Value;
    }

    /// <summary>Makes the first owner's token anew: that before, if there is one, is worth nothing any more.</summary>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task<string> ResetAsync(CancellationToken cancellationToken)
    {
        var outcome = await _changes.RunAsync<string>(
            Machine,
            async change =>
            {
                await RemoveAsync(change, Bootstrap);
                return Add(change, Bootstrap, OperatorRole.Owner);
            },
            cancellationToken);
        return outcome.Value!;
    }

    /// <summary>Makes a token.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="name">1 to 64 of <c>a-z 0-9 -</c>; nobody else's.</param>
    /// <param name="role">What it allows.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public Task<Outcome<string>> CreateAsync(
        string actor, string name, OperatorRole role, CancellationToken cancellationToken) =>
        _changes.RunAsync<string>(actor, change => CreateAsync(change, name, role), cancellationToken);

    /// <summary>Takes a token away. Again is harmless.</summary>
    /// <param name="actor">Who; stands in the audit.</param>
    /// <param name="name">Whose.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="ManagementStoreException">The database cannot do it now.</exception>
    public async Task DeleteAsync(string actor, string name, CancellationToken cancellationToken) =>
        await _changes.RunAsync<bool>(
            actor, async change => await RemoveAsync(change, name), cancellationToken);

    /// <summary>All of them, by name, without the tokens.</summary>
    public async Task<IReadOnlyList<OperatorView>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = _door.Open();
        var rows = await db.OperatorTokens.AsNoTracking().ToListAsync(cancellationToken);
        return [.. rows.OrderBy(row => row.Name, StringComparer.Ordinal)
            .Select(row => new OperatorView(row.Name, (OperatorRole)row.Role, row.CreatedAt))];
    }

    /// <summary>Whether a text is meant to be one.</summary>
    internal static bool IsToken(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whose a token is; null when it is nobody's.</summary>
    internal async ValueTask<Operator?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var hash = HashOf(token);
        await using var db = _door.Open();
        var row = await db.OperatorTokens.AsNoTracking()
            .SingleOrDefaultAsync(each => each.Hash == hash, cancellationToken);
        return row is null ? null : new Operator("token:" + row.Name, (OperatorRole)row.Role);
    }

    private static async Task<Outcome<string>> CreateAsync(Change change, string name, OperatorRole role)
    {
        if (!IdentityNames.IsName(name)) return Refusal.Invalid("name must be 1 to 64 of a-z, 0-9 and '-'.");
        if (await change.Db.OperatorTokens.AnyAsync(row => row.Name == name, change.CancellationToken))
            return Refusal.Conflict($"There is an operator '{name}' already.");
        return await change.Db.OperatorTokens.CountAsync(change.CancellationToken) >= TokensMax
            ? Refusal.Limit($"There may be {TokensMax} operators' tokens.")
            : Add(change, name, role);
    }

    private static Outcome<string> Add(Change change, string name, OperatorRole role)
    {
        var token = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        change.Db.OperatorTokens.Add(new OperatorTokenRow
        {
            Hash = HashOf(token),
            Name = name,
            Role = (int)role,
            CreatedAt = change.Now,
        });
        change.Audit("operator.create", $"operator/{name}", null, role.Name());
        return token;
    }

    private static async Task<bool> RemoveAsync(Change change, string name)
    {
        var rows = await change.Db.OperatorTokens.Where(row => row.Name == name).ToListAsync(change.CancellationToken);
        change.Db.OperatorTokens.RemoveRange(rows);
        foreach (var row in rows)
            change.Audit("operator.delete", $"operator/{name}", ((OperatorRole)row.Role).Name(), null);
        return rows.Count > 0;
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>An operator's token as it is kept.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Role">What it allows.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record OperatorView(string Name, OperatorRole Role, DateTimeOffset CreatedAt);
