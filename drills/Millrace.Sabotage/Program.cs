using Millrace.Sabotage;

/// <summary>
/// The runtime runs this before the program when DOTNET_STARTUP_HOOKS names this assembly: the product has no code for
/// it, no switch, and does not ship it.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => Saboteur.Start(Environment.GetEnvironmentVariable(Saboteur.Switch));
}
