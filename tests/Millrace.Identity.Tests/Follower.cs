using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Core.Identity;
using Millrace.Identity.Following;
using Millrace.Testing;

namespace Millrace.Identity.Tests;

/// <summary>A process that follows a feed, composed as edges are.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly IHost _host;

    private Follower(IHost host, MemoryFeed feed) => (_host, Feed) = (host, feed);

    public MemoryFeed Feed { get; }

    public KnownTenants Known => _host.Services.GetRequiredService<KnownTenants>();

    public KeyInquiry Inquiry => _host.Services.GetRequiredService<KeyInquiry>();

    public static async Task<Follower> StartAsync(
        MemoryFeed feed, TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        (string, string)[] quick =
        [
            ("Identity:Wait", "00:00:01"), ("Identity:Pause", "00:00:00"), ("Identity:BackoffMax", "00:00:00.100"),
            ("Identity:DigestInterval", "00:00:00.100"), ("Identity:SaveInterval", "00:00:00.100"),
        ];
        builder.Configuration.AddInMemoryCollection(quick.Concat(settings)
            .GroupBy(setting => setting.Item1).ToDictionary(group => group.Key, group => (string?)group.Last().Item2));
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IIdentityFeed>(feed).AddIdentity(IdentityRole.Edge, seed: 1);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new Follower(host, feed);
    }

    public KeyStanding Standing(int key) =>
        Known.Table?.Find(Accounts.Hash(key), TimeProvider.System.GetUtcNow()).Standing ?? KeyStanding.Absent;

    public Task UntilAsync(int key, KeyStanding standing) =>
        Patience.UntilAsync(() => Standing(key) == standing, $"key {key} is {standing}");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
