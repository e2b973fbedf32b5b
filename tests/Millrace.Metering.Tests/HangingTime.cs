using Microsoft.Extensions.Time.Testing;

namespace Millrace.Metering.Tests;

/// <summary>A clock that, once it is told to, keeps the next who asks for the time waiting.</summary>
internal sealed class HangingTime(DateTimeOffset at) : FakeTimeProvider(at)
{
    private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    /// <summary>Done when somebody waits.</summary>
    public Task Hangs => _hangs.Task;

    /// <summary>The next who asks waits.</summary>
    public void Hang() => Volatile.Write(ref _next, 1);

    /// <summary>Waits no longer.</summary>
    public void GoOn() => _goOn.TrySetResult();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        if (Interlocked.Exchange(ref _next, 0) == 1)
        {
            _hangs.TrySetResult();
            _goOn.Task.GetAwaiter().GetResult();
        }
        return base.GetUtcNow();
    }
}
