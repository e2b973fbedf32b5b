using Millrace.Contracts.Objects;
using Millrace.Core.Objects;

namespace Millrace.Storage.Tests.Files;

/// <summary>The contract where folders are full at once.</summary>
public sealed class SmallFoldersContractTests() : FileObjectStoreContractTests(folderNamesMax: 4);

/// <summary>The contract with folders as they are.</summary>
public sealed class DefaultFoldersContractTests() : FileObjectStoreContractTests(folderNamesMax: 2_048);

/// <summary>The contract of the store of one machine.</summary>
public abstract class FileObjectStoreContractTests(int folderNamesMax) : ObjectStoreContract
{
    private readonly StoreFolder _folder = new(folderNamesMax);

    protected override int Many => 600;

    protected override long BigBytes => 64L << 20;

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<IObjectStore> CreateAsync() => ValueTask.FromResult<IObjectStore>(_folder.Open());
}
