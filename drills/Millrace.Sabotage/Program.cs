using Millrace.Sabotage;

Console.Error.WriteLine($"Name this in DOTNET_STARTUP_HOOKS, and what is to be broken in {Saboteur.Switch}.");
return 2;

/// <summary>
/// The runtime runs this before the program when DOTNET_STARTUP_HOOKS names this assembly, and wants it outside all
/// namespaces: the product has no code for it, no switch, and does not ship it.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => Saboteur.Start(Environment.GetEnvironmentVariable(Saboteur.Switch));
}
