namespace Millrace.Drills.Faults;

/// <summary>A part is stopped in order and started again: it bit when it had ended by itself.</summary>
/// <param name="name">Of the part.</param>
/// <param name="restartAsync">Stops it, starts it, and says whether it ended in order.</param>
internal sealed class RestartFault(string name, Func<Task<bool>> restartAsync) : IFault
{
    private bool _inOrder;

    public string Name => $"restart {name}";

    public async Task InjectAsync(CancellationToken cancellationToken) => _inOrder = await restartAsync();

    public Task<string?> TraceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_inOrder ? $"{name} ended in order and is back" : null);

    public Task HealAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
