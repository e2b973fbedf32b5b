using System.Diagnostics;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.S3;

namespace Millrace.Storage.Tests.S3;

/// <summary>The contract of the store past one machine, on OpenStack Swift.</summary>
public sealed class SwiftContractTests(SharedSwift swift) : ObjectStoreContract
{
    private readonly List<S3ObjectStore> _open = [];
    private S3ObjectStoreOptions? _options;

    protected override int Many => 100;

    protected override long BigBytes => 32L << 20;

    public override ValueTask DisposeAsync()
    {
        _open.ForEach(store => store.Dispose());
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<IObjectStore> CreateAsync()
    {
        _options = await swift.OptionsAsync();
        var store = swift.Open(_options);
        _open.Add(store);
        return store;
    }

    protected override ProcessStartInfo Process() => SharedSwift.Process(_options!);
}
