using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Millrace.Contracts;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.Files;

namespace Millrace.Storage.Tests.Files;

public sealed class FileStoreServicesTests
{
    [Fact]
    public async Task Host_WithTheStore_SweepsAtItsStartAndStores()
    {
        using var folder = new StoreFolder();
        folder.Open();
        var orphan = Path.Combine(folder.Temporary, "orphan");
        File.WriteAllText(orphan, "half");
        File.SetLastWriteTimeUtc(orphan, TimeProvider.System.GetUtcNow().AddHours(-2).UtcDateTime);
        using var host = Host(("Folder", folder.Options.Folder));

        await host.StartAsync(TestContext.Current.CancellationToken);

        await Deadline.Until(() => !File.Exists(orphan), "the orphan is swept");
        var store = host.Services.GetRequiredService<IObjectStore>();
        Assert.Equal(PutOutcome.Stored, await store.PutAsync("a", "text"));
        Assert.Equal(PutOutcome.Exists, await store.PutAsync("a", "text"));
        Assert.Equal("text", await store.GetAsync("a"));
        Assert.Equal(["a"], await store.KeysAsync());
        await store.DeleteAsync("a");
        Assert.Null(await store.HeadAsync(ObjectKey.Of("a"), CancellationToken.None));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("Folder", "")]
    [InlineData("Threads", "0")]
    [InlineData("FolderNamesMax", "3")]
    [InlineData("SweepInterval", "00:00:01")]
    public async Task Host_WithASettingOutOfRange_DoesNotStart(string name, string value)
    {
        using var folder = new StoreFolder();
        using var host = Host(("Folder", folder.Options.Folder), (name, value));

        await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
    }

    private static IHost Host(params (string Name, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        foreach (var (name, value) in settings) builder.Configuration[$"Storage:Files:{name}"] = value;
        builder.Services.AddFileObjectStore();
        return builder.Build();
    }
}
