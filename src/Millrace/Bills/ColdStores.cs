using Millrace.Billing.Archive;
using Millrace.Core.Objects;
using Millrace.Roles;

namespace Millrace.Bills;

/// <summary>
/// Chooses the cold store by the settings <c>Archive:Store</c>, which are as those of <c>Storage</c>.
/// </summary>
internal static class ColdStores
{
    private const string Section = "Archive:Store";

    /// <summary>Adds it, where the settings name one.</summary>
    /// <exception cref="InvalidDataException">Its settings cannot be used; the message says which.</exception>
    public static void Add(WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection(Section).AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create("Storage:" + setting.Key, setting.Value)).ToList();
        if (settings.Count == 0) return;

        // A store of its own with options of its own: nothing of the hot one's settings may reach it.
        var inner = Settings.Builder();
        inner.Configuration.Sources.Clear();
        inner.Configuration.AddInMemoryCollection(settings);
        if (!ObjectStores.Add(inner)) throw new InvalidDataException($"{Section}: it names neither bucket nor folder.");
        if (Settings.Failures(inner.Services) is { Count: > 0 } failures)
            throw new InvalidDataException($"{Section}: {string.Join(' ', failures)}");
        var provider = inner.Services.BuildServiceProvider();
        builder.Services.AddSingleton(_ => new ColdStore(provider.GetRequiredService<IObjectStore>()));
    }
}
