using System.Collections.Concurrent;
using System.Diagnostics;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.S3;

namespace Millrace.Storage.Tests.S3;

/// <summary>
/// Many writers, and processes, for the same object, where creates are atomic: Swift behind a door that lets the puts
/// of a name in one after the other.
/// </summary>
public sealed class S3CreateRaceTests(SharedSwift swift) : CreateRaceContract
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();
    private S3Door? _door;
    private S3ObjectStore? _store;
    private S3ObjectStoreOptions? _options;

    protected override int Races => 10;

    public override async ValueTask DisposeAsync()
    {
        _store?.Dispose();
        if (_door is not null) await _door.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<IObjectStore> CreateAsync()
    {
        var options = await swift.OptionsAsync();
        _door = await S3Door.OpenAsync(options.Endpoint!, async (context, door) =>
        {
            var turn = _turns.GetOrAdd($"{context.Request.Method} {context.Request.Path}", _ => new SemaphoreSlim(1));
            await turn.WaitAsync(context.RequestAborted);
            try
            {
                await door.PassAsync(context);
            }
            finally
            {
                turn.Release();
            }
        });

        // The probe races too, and finds nothing amiss.
        _options = options with { Endpoint = _door.Endpoint, AllowRacingCreates = false };
        _store = swift.Open(_options);
        await _store.CheckAsync(CancellationToken.None);
        return _store;
    }

    protected override ProcessStartInfo Process() => SharedSwift.Process(_options!);
}
