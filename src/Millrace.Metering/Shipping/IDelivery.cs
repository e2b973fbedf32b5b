using Millrace.Core.Usage;

namespace Millrace.Metering.Shipping;

/// <summary>
/// One of the two stores that usage is shipped to. What is asked for twice is done once. Failures are
/// <see cref="UsageLedgerException"/>, <see cref="IOException"/> and <see cref="TimeoutException"/>.
/// </summary>
internal interface IDelivery
{
    /// <summary>Its name in files, metrics and logs.</summary>
    string Store { get; }

    /// <summary>How often something is shipped to it.</summary>
    TimeSpan Interval { get; }

    /// <summary>Most records of a shipment.</summary>
    int RecordsMax { get; }

    /// <summary>Ships a cut; returns once all of it is stored.</summary>
    Task ShipAsync(EpochJournal epoch, ShipCut cut, CancellationToken cancellationToken);

    /// <summary>Tells the store how far an epoch is.</summary>
    Task TellAsync(UsageEpoch word, CancellationToken cancellationToken);
}
