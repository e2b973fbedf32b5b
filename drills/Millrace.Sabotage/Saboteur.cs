using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Millrace.Core.Objects;
using Millrace.Core.Tickets;
using Millrace.Core.Usage;

namespace Millrace.Sabotage;

/// <summary>Listens for hosts being built, and puts a broken part in the place of a sound one.</summary>
internal sealed class Saboteur(Action<IServiceCollection> sabotage)
    : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    /// <summary>Names what is broken.</summary>
    public const string Switch = "MILLRACE_SABOTAGE";

    private const string Hosting = "Microsoft.Extensions.Hosting";
    private const string Building = "HostBuilding";

    /// <exception cref="ArgumentException">There is no such sabotage.</exception>
    public static void Start(string? name)
    {
        Action<IServiceCollection> sabotage = name switch
        {
            "ack-early" => services => Wrap<IJobQueue>(services, queue => new HastyQueue(queue)),
            "outcome-twice" => services => Wrap<IObjectStore>(services, store => new CarelessStore(store)),
            "unsequenced" => services => Wrap<IUsageLedger>(services, ledger => new ForgetfulLedger(ledger)),
            _ => throw new ArgumentException($"There is no sabotage '{name}'."),
        };
        DiagnosticListener.AllListeners.Subscribe(new Saboteur(sabotage));
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == Hosting) value.Subscribe(this);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == Building && value.Value is IHostBuilder host) host.ConfigureServices(sabotage);
    }

    public void OnCompleted()
    {
        // A listener that ends needs nothing.
    }

    public void OnError(Exception error)
    {
        // Listeners do not fail.
    }

    private static void Wrap<T>(IServiceCollection services, Func<T, T> wrap)
        where T : class
    {
        if (services.LastOrDefault(service => service.ServiceType == typeof(T)) is not { } sound) return;
        services.Remove(sound);
        services.AddSingleton(provider => wrap((T)sound.ImplementationFactory!(provider)));
    }
}
