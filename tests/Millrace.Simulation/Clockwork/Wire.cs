using System.Net.Sockets;

namespace Millrace.Simulation.Clockwork;

/// <summary>
/// Calls between processes: delayed, lost on the way there or back, repeated, and broken off by the death of either
/// side before or after the call's effect.
/// </summary>
internal sealed class Wire(Timeline line, Weather weather)
{
    public Weather Weather => weather;

    /// <summary>Calls another process.</summary>
    /// <param name="from">Who calls: runs on with the answer, unless it dies at this step.</param>
    /// <param name="to">Who serves.</param>
    /// <param name="step">For people.</param>
    /// <param name="serve">The effect, in the process that serves; may happen twice.</param>
    /// <param name="patience">When a call without an answer fails.</param>
    /// <param name="cancellationToken">Abandons the wait.</param>
    /// <exception cref="IOException">No answer came; the effect may have happened.</exception>
    public Task<T> CallAsync<T>(
        SimProcess from, SimProcess to, string step, Func<Task<T>> serve, TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var call = new Call<T>(this, from, to, step, serve);
        return call.StartAsync(patience, cancellationToken);
    }

    /// <summary>Sends a message that nobody answers; it may be lost.</summary>
    public void Send(SimProcess from, SimProcess to, Action receive)
    {
        if (weather.IsCut(from, to) || weather.Loses()) return;
        line.After(weather.Delay(), to, receive);
    }

    private sealed class Call<T>(Wire wire, SimProcess from, SimProcess to, string step, Func<Task<T>> serve)
    {
        private readonly TaskCompletionSource<T> _answer = new();
        private CancellationTokenRegistration _cancelling;
        private TimeSpan _fails;
        private bool _mayFail;

        public Task<T> StartAsync(TimeSpan patience, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A dead process waits for ever: none of its code runs on.
            if (wire.Weather.Crashes(from, $"before {step}")) return _answer.Task;
            _cancelling = cancellationToken.UnsafeRegister(
                static (call, token) => ((Call<T>)call!)._answer.TrySetCanceled(token), this);
            _fails = from.Line.Now + patience;
            Request();
            if (wire.Weather.Repeats()) Request();
            return _answer.Task;
        }

        private void Request()
        {
            if (wire.Weather.IsCut(from, to) || wire.Weather.Loses()) MayFail();
            else from.Line.After(wire.Weather.Delay(), null, Arrive);
        }

        // Most calls are answered at once: an event for each that then does nothing would be a fifth of all.
        private void MayFail()
        {
            if (!_mayFail) from.After(_fails - from.Line.Now, () => Fail("no answer in time"));
            _mayFail = true;
        }

        private void Arrive()
        {
            if (!to.IsAlive)
            {
                from.After(wire.Weather.Delay(), () => Fail("refused", new SocketException(
                    (int)SocketError.ConnectionRefused)));
                return;
            }
            SynchronizationContext.SetSynchronizationContext(to.Context);
            to.Watch(ServeAsync());
        }

        private async Task ServeAsync()
        {
            var isAnswered = false;
            try
            {
                if (wire.Weather.Crashes(to, $"as it is to serve {step}")) return;
                var serving = serve();
                if (!serving.IsCompleted) MayFail();
                var served = await serving;
                if (wire.Weather.Crashes(from, $"after {step}")) return;
                if (wire.Weather.Crashes(to, $"having served {step}")) return;
                isAnswered = Reply(() => _answer.TrySetResult(served));
            }
            catch (IOException exception)
            {
                isAnswered = Reply(() => _answer.TrySetException(exception));
            }
            finally
            {
                if (!isAnswered) MayFail();
            }
        }

        /// <returns>Whether it comes in time.</returns>
        private bool Reply(Action reply)
        {
            if (wire.Weather.IsCut(from, to) || wire.Weather.Loses()) return false;
            var delay = wire.Weather.Delay();
            from.After(delay, () =>
            {
                reply();
                _cancelling.Unregister();
            });
            return from.Line.Now + delay < _fails;
        }

        private void Fail(string why, Exception? inner = null)
        {
            if (_answer.TrySetException(new IOException($"{step}: {why}", inner))) _cancelling.Unregister();
        }
    }
}
