using Microsoft.Extensions.Options;
using Millrace.Core.Images;

namespace Millrace.Roles;

/// <summary>Checks all that was configured before any of it is used, so that what is wrong is told at once.</summary>
internal static class Settings
{
    private const string WatchSwitch = "ASPNETCORE_hostBuilder__reloadConfigOnChange";

    /// <summary>
    /// A builder that watches no files: settings are read once, and to watch the folder of <c>appsettings.json</c> is
    /// to watch all below it, the objects of a data folder too (0.27 ms of a durable job's 12.9 ms of CPU time).
    /// </summary>
    public static WebApplicationBuilder Builder()
    {
        // The only way: what the builder adds watches from then on, and arguments are read too late.
        Environment.SetEnvironmentVariable(WatchSwitch, "false");
        return WebApplication.CreateSlimBuilder();
    }

    /// <summary>Reads the server's own file, if it is there.</summary>
    /// <exception cref="InvalidDataException">It is no JSON; the message says where.</exception>
    public static void AddFile(ConfigurationManager configuration, string path)
    {
        try
        {
            configuration.AddJsonFile(path, optional: true, reloadOnChange: false);
        }
        catch (InvalidDataException exception)
        {
            var reason = exception.GetBaseException().Message;
            throw new InvalidDataException($"'{path}' cannot be read: {reason}", exception);
        }
    }

    /// <summary>Adds <see cref="ImageLimits"/> from the section <c>Limits</c>, with a check of their ranges.</summary>
    public static void AddLimits(IServiceCollection services)
    {
        services.AddOptions<ImageLimits>().BindConfiguration("Limits").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ImageLimits>, ImageLimitsValidator>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ImageLimits>>().Value);
    }

    /// <summary>
    /// Passes on the fault switch of the environment, which only test builds of the kernel take: a production kernel
    /// refuses to start with it.
    /// </summary>
    public static void AddFaultSwitch(Dictionary<string, string?> settings)
    {
        if (Environment.GetEnvironmentVariable("MILLRACE_KERNEL_FAULTS") is { } faults)
            settings["Worker:Pool:FaultSwitch"] = faults;
    }

    /// <summary>All that is out of range or of the wrong kind, a sentence each; empty when all is well.</summary>
    /// <param name="services">
    /// Not built yet: the host itself reads settings while it is built, and would throw at the first that is wrong.
    /// </param>
    public static IReadOnlyList<string> Failures(IServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
        catch (AggregateException exception)
        {
            var all = exception.InnerExceptions.OfType<OptionsValidationException>();
            return [.. all.SelectMany(inner => inner.Failures)];
        }
        catch (InvalidOperationException exception)
        {
            // The binder's own, for a text where a number should be: it names the setting and its value.
            return [exception.Message];
        }
    }
}

/// <summary>Checks the ranges named on <see cref="ImageLimits"/>.</summary>
[OptionsValidator]
internal sealed partial class ImageLimitsValidator : IValidateOptions<ImageLimits>;
