using System.Globalization;
using Millrace.Region.Load;

namespace Millrace.Drills.Faults;

/// <summary>A tenant's receiver of webhooks hangs or fails; healed by listening.</summary>
internal sealed class ReceiverFault(WebhookEar ear, string receiver, EarMood mood) : IFault
{
    private int _before;

    public string Name => $"the receiver of {receiver} {(mood is EarMood.Hangs ? "hangs" : "fails")}";

    public Task InjectAsync(CancellationToken cancellationToken)
    {
        _before = ear.Unheard(receiver);
        ear.Feel(receiver, mood);
        return Task.CompletedTask;
    }

    public Task<string?> TraceAsync(CancellationToken cancellationToken)
    {
        var met = ear.Unheard(receiver) - _before;
        return Task.FromResult(
            met > 0 ? string.Create(CultureInfo.InvariantCulture, $"{met} messages met it") : null);
    }

    public Task HealAsync(CancellationToken cancellationToken)
    {
        ear.Feel(receiver, EarMood.Listens);
        return Task.CompletedTask;
    }
}
