using Millrace.Contracts.Objects;
using Millrace.Core.Objects;
using Millrace.Storage.S3;

namespace Millrace.Storage.Tests.S3;

/// <summary>The contract of the store past one machine, on OpenStack Swift.</summary>
public sealed class SwiftContractTests(SharedSwift swift) : ObjectStoreContract
{
    private readonly List<S3ObjectStore> _open = [];

    protected override int Many => 60;

    protected override long BigBytes => 32L << 20;

    public override ValueTask DisposeAsync()
    {
        _open.ForEach(store => store.Dispose());
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<IObjectStore> CreateAsync()
    {
        var store = swift.Open(await swift.OptionsAsync());
        _open.Add(store);
        return store;
    }
}
