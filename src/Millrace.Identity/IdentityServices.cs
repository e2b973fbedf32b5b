using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Millrace.Core.Identity;
using Millrace.Identity.Feed;
using Millrace.Identity.Following;

namespace Millrace.Identity;

/// <summary>Composition of whoever must know tenants and keys.</summary>
public static class IdentityServices
{
    /// <summary>
    /// Adds <see cref="KnownTenants"/> and <see cref="KeyInquiry"/>, kept up by an <see cref="IIdentityFeed"/> that is
    /// registered beside it: in one process management's own, otherwise <see cref="AddHttpIdentityFeed"/>. Options come
    /// from the section <c>Identity</c>. Add it before whatever serves, so that the copy on disk is read by then.
    /// </summary>
    /// <param name="services">The host's.</param>
    /// <param name="role">What this process is.</param>
    /// <param name="seed">For the spreading of waits; another in each process.</param>
    public static IServiceCollection AddIdentity(this IServiceCollection services, IdentityRole role, int seed)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<IdentityOptions>().BindConfiguration("Identity").ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>();
        services.AddSingleton<KnownTenants>();
        services.AddSingleton<IdentityMetrics>();
        services.AddSingleton<SnapshotReading>();
        services.AddSingleton(provider => new IdentityReader(
            Guid.CreateVersion7(provider.GetRequiredService<TimeProvider>().GetUtcNow()).ToString("N"), role));
        services.AddSingleton(provider => new FeedPatience(
            new Random(seed), provider.GetRequiredService<IOptions<IdentityOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new KeyInquiry(
            provider.GetRequiredService<IIdentityFeed>(), provider.GetRequiredService<IdentityReader>(),
            provider.GetRequiredService<KnownTenants>(), provider.GetRequiredService<IdentityMetrics>(),
            provider.GetRequiredService<IOptions<IdentityOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<CopyKeeping>();
        services.AddHostedService<IdentityFollower>();
        return services;
    }

    /// <summary>
    /// Adds the feed of a management on other machines. Options come from the section <c>Identity:Feed</c>.
    /// </summary>
    public static IServiceCollection AddHttpIdentityFeed(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<HttpFeedOptions>().BindConfiguration("Identity:Feed").ValidateOnStart();
        services.AddSingleton<IValidateOptions<HttpFeedOptions>, HttpFeedOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpFeedOptions>, HttpFeedPlaces>();
        services.AddSingleton<IIdentityFeed, HttpIdentityFeed>();
        return services;
    }
}
