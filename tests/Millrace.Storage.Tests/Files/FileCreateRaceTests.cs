using System.Diagnostics;
using Millrace.Contracts.Objects;
using Millrace.Core.Objects;

namespace Millrace.Storage.Tests.Files;

/// <summary>Races where folders are full at once.</summary>
public sealed class SmallFoldersRaceTests() : FileCreateRaceTests(folderNamesMax: 4);

/// <summary>Races in folders as they are.</summary>
public sealed class DefaultFoldersRaceTests() : FileCreateRaceTests(folderNamesMax: 2_048);

/// <summary>Many writers, and processes, for the same object.</summary>
public abstract class FileCreateRaceTests(int folderNamesMax) : CreateRaceContract
{
    private readonly StoreFolder _folder = new(folderNamesMax);

    protected override int Races => 100;

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<IObjectStore> CreateAsync() => ValueTask.FromResult<IObjectStore>(_folder.Open());

    protected override ProcessStartInfo Process() => _folder.Process();
}
