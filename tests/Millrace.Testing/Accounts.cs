using System.Globalization;
using Millrace.Core.Identity;
using Millrace.Core.Plans;
using Millrace.Core.Tickets;

namespace Millrace.Testing;

/// <summary>Plans, tenants and keys for tests.</summary>
internal static class Accounts
{
    public static TenantLimits Limits { get; } = new()
    {
        RequestsPerSecond = 1_000_000,
        Burst = 1_000_000,
        InFlight = 1_000,
        JobsOpen = 1_000,
        BytesMax = 1L << 40,
        PixelsMax = 1L << 40,
        Lanes = Lanes.Images,
        Retention = TimeSpan.FromDays(7),
    };

    public static PlanEntry Plan { get; } = new() { Revision = 1, Plan = "free", Limits = Limits };

    /// <summary>The text of a key, another for each number.</summary>
    public static string KeyText(int number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        return ApiKeyText.Of(digits.PadLeft(ApiKeyText.RandomLetters, 'k'));
    }

    public static KeyHash Hash(int number) => KeyHash.Of(KeyText(number));

    public static TenantEntry Tenant(string name, TenantState state = TenantState.Active) =>
        new() { Revision = 1, Tenant = name, Plan = Plan.Plan, State = state };

    public static KeyEntry Key(int number, string tenant, KeyScopes scopes = KeyScopes.All) => new()
    {
        Revision = 1,
        Hash = Hash(number),
        Id = "key_" + number.ToString(CultureInfo.InvariantCulture),
        Tenant = tenant,
        Scopes = scopes,
    };
}
