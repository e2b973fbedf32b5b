namespace Millrace.Simulation.Bugs;

/// <summary>What the simulation can be told to do wrong, to show that it finds it.</summary>
public enum PlantedBug
{
    None,

    /// <summary>An edge whose worker is lost does not try again.</summary>
    RetryForgotten,

    /// <summary>An edge whose worker is lost tries again without counting the death.</summary>
    LossNotCounted,

    /// <summary>The end of a worker's session is not heard.</summary>
    LossUnnoticed,

    /// <summary>The queue confirms a ticket before it is on the majority's disks.</summary>
    ConfirmBeforeStore,

    /// <summary>A lease is completed as it is handed out.</summary>
    CompletedAtHandout,

    /// <summary>A ticket that waits is overtaken by one that came later.</summary>
    QueueOvertakes,

    /// <summary>Edges take a cell that is well for one that is not, now and then.</summary>
    CellsFlap,

    /// <summary>The ledger says that a strike is stored, and it is not.</summary>
    StrikeLost,

    /// <summary>Four strikes quarantine, not two.</summary>
    FourStrikes,

    /// <summary>An acquittal is said to be stored, and it is not.</summary>
    AcquittalLost,

    /// <summary>Successes lift any number of losses.</summary>
    AcquitsForEver,

    /// <summary>Equal images do not wait for their first.</summary>
    GateOpen,

    /// <summary>An outcome is written whether or not there is one.</summary>
    OutcomeOverwritten,

    /// <summary>A page of changes reaches further than its entries.</summary>
    PageCut,

    /// <summary>A key asked for is told as it was, under the revision of now.</summary>
    KeyToldLate,

    /// <summary>An edge takes the whole rate of a tenant for its own.</summary>
    RateNotShared,

    /// <summary>A request that is refused keeps its place.</summary>
    PlaceKept,

    /// <summary>A cut is shipped without being written down: after a crash it has other bounds.</summary>
    CutNotWritten,

    /// <summary>Records are removed as soon as they are on their way.</summary>
    RemovedUnconfirmed,

    /// <summary>Something is recorded before any store knows of the boot.</summary>
    RecordedUnannounced,

    /// <summary>The ledger adds a batch that comes again to what it has.</summary>
    LedgerAddsUp,

    /// <summary>An hour is sealed whether or not an epoch has delivered past it.</summary>
    SealedUnwaited,
}

/// <summary>Which bugs are of what.</summary>
internal static class PlantedBugs
{
    /// <summary>Whether it is in what records, ships and seals.</summary>
    public static bool IsOfUsage(this PlantedBug bug) => bug >= PlantedBug.CutNotWritten;
}
