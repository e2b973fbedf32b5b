namespace Millrace.Drills.Faults;

/// <summary>A part is stopped and started again.</summary>
/// <param name="name">Of the part.</param>
/// <param name="restartAsync">Stops it, starts it, and says what came of it; null: it did not end in order.</param>
internal sealed class RestartFault(string name, Func<Task<string?>> restartAsync) : IFault
{
    private string? _trace;

    public string Name => $"restart {name}";

    public async Task InjectAsync(CancellationToken cancellationToken) => _trace = await restartAsync();

    public Task<string?> TraceAsync(CancellationToken cancellationToken) => Task.FromResult(_trace);

    public Task HealAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
