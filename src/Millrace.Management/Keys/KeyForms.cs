using System.ComponentModel;
using System.Text.Json.Serialization;
using Millrace.Core.Identity;
using Millrace.Management.Answers;
using Millrace.Management.Routes;

namespace Millrace.Management.Keys;

/// <summary>A key that is wanted.</summary>
internal sealed record KeyBody
{
    [Description("For people; at most 200 characters.")]
    public required string Name { get; init; }

    [Description("Some of convert, jobs, usage and account.")]
    public required IReadOnlyList<string> Scopes { get; init; }

    [Description("From when on it opens nothing; null: never.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key as it is kept.</summary>
internal record KeyForm
{
    [Description("Its name in addresses; not the key.")]
    public required string Id { get; init; }

    [Description("As its maker called it.")]
    public required string Name { get; init; }

    [Description("Some of convert, jobs, usage and account.")]
    public required IReadOnlyList<string> Scopes { get; init; }

    [Description("When it was made.")]
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("From when on it opens nothing; absent: never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("When it was revoked; absent: it was not.")]
    public DateTimeOffset? RevokedAt { get; init; }

    public static KeyForm Of(KeyView key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Scopes = ScopeNames.Of(key.Scopes),
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt,
    };
}

/// <summary>A key that was made: the only time that it is told.</summary>
internal sealed record NewKeyForm : KeyForm
{
    [Description("The key itself. It is told this once; keep it, or make another.")]
    public required string Key { get; init; }

    public static NewKeyForm Of(NewKey made) => new()
    {
        Key = made.Text,
        Id = made.Key.Id,
        Name = made.Key.Name,
        Scopes = ScopeNames.Of(made.Key.Scopes),
        CreatedAt = made.Key.CreatedAt,
        ExpiresAt = made.Key.ExpiresAt,
    };
}

/// <summary>Scopes as texts.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, KeyScopes Scope)[] All =
    [
        ("convert", KeyScopes.Convert), ("jobs", KeyScopes.Jobs), ("usage", KeyScopes.Usage),
        ("account", KeyScopes.Account),
    ];

    public static IReadOnlyList<string> Of(KeyScopes scopes) =>
        [.. All.Where(each => scopes.HasFlag(each.Scope)).Select(each => each.Name)];

    public static Problem? Read(IReadOnlyList<string> names, out KeyScopes scopes)
    {
        scopes = KeyScopes.None;
        foreach (var name in names)
        {
            var found = Array.Find(All, each => each.Name == name).Scope;
            if (found == KeyScopes.None)
                return Problem.Field("scopes", "one of them is none", "some of convert, jobs, usage and account");
            scopes |= found;
        }
        return scopes == KeyScopes.None
            ? Problem.Field("scopes", "it is empty", "some of convert, jobs, usage and account")
            : null;
    }
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(NewKeyForm))]
[JsonSerializable(typeof(Page<KeyForm>))]
internal sealed partial class KeyJson : JsonSerializerContext;
