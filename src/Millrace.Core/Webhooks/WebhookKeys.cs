using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Jobs;
using Millrace.Core.Objects;

namespace Millrace.Core.Webhooks;

/// <summary>
/// Where the objects of webhooks stand in the object store. Pure.
/// <list type="bullet">
/// <item><c>webhooks/deliveries/{tenant}/{id}</c>: newest job first, as jobs stand;</item>
/// <item><c>webhooks/due/{yyyyMMddHHmm}/{milliseconds}-{job}-{t|r}/{tenant}</c>: tries to come, earliest first;</item>
/// <item><c>webhooks/broken/…</c>: what stood there and could not be read;</item>
/// <item><c>webhooks/endpoints/{tenant}/{endpoint}</c>: what is remembered of endpoints.</item>
/// </list>
/// </summary>
public static class WebhookKeys
{
    /// <summary>Prefix of all deliveries.</summary>
    public const string Deliveries = "webhooks/deliveries/";

    /// <summary>Prefix of all tries to come.</summary>
    public const string Due = "webhooks/due/";

    private const string Broken = "webhooks/broken/";
    private const string Endpoints = "webhooks/endpoints/";
    private const int TimeDigits = 14;
    private const string MinuteForm = "yyyyMMddHHmm";

    /// <summary>Prefix of a tenant's deliveries.</summary>
    public static string DeliveriesOf(string tenant) => $"{Deliveries}{JobKeys.Tenant(tenant)}/";

    /// <summary>A job's <see cref="WebhookDelivery"/>.</summary>
    public static ObjectKey Delivery(string tenant, Guid job) =>
        ObjectKey.Of(DeliveriesOf(tenant) + JobKeys.Id(job));

    /// <summary>The job of a delivery's key; null when it is none.</summary>
    public static Guid? JobOf(ObjectKey delivery)
    {
        var text = delivery.ToString();
        return JobKeys.ReadId(text[(text.LastIndexOf('/') + 1)..]);
    }

    /// <summary>The key of a try to come: equal ones have equal keys, and keys sort by time.</summary>
    public static ObjectKey Of(WebhookDue due)
    {
        var minute = due.At.UtcDateTime.ToString(MinuteForm, CultureInfo.InvariantCulture);
        var kind = due.IsReplay ? 'r' : 't';
        var tenant = JobKeys.Tenant(due.Tenant);
        var time = due.At.ToUnixTimeMilliseconds().ToString("D14", CultureInfo.InvariantCulture);
        return ObjectKey.Of($"{Due}{minute}/{time}-{due.Job:N}-{kind}/{tenant}");
    }

    /// <summary>When a try to come is due, by its key; null when it is none.</summary>
    public static DateTimeOffset? TimeOf(ObjectKey due)
    {
        var parts = due.ToString().Split('/');
        if (parts.Length != 5 || parts[3].Length <= TimeDigits) return null;
        var digits = parts[3].AsSpan(0, TimeDigits);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(at)
                : null;
    }

    /// <summary>Where what cannot be read is put aside.</summary>
    public static ObjectKey Aside(ObjectKey key) =>
        ObjectKey.Of(Broken + Hash(key.ToString()));

    /// <summary>What is remembered of an endpoint.</summary>
    public static ObjectKey Endpoint(string tenant, string name) =>
        ObjectKey.Of($"{Endpoints}{JobKeys.Tenant(tenant)}/{name}");

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
