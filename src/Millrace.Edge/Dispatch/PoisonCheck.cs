using Millrace.Core.Conversions;
using Millrace.Core.Poison;

namespace Millrace.Edge.Dispatch;

/// <summary>What the ledger says of an order, for the kernels that live now.</summary>
internal sealed class PoisonCheck(IPoisonLedger ledger, Fleet fleet)
{
    /// <summary>
    /// Quarantined only if it is so for every build that lives, as another kernel may survive it; suspect if it is not
    /// clear for any.
    /// </summary>
    public PoisonVerdict Judge(ConversionOrder order)
    {
        var builds = fleet.Builds;
        if (builds.Count == 0) return PoisonVerdict.Clear;
        var transform = order.Request.Transform.ToString();
        var (quarantined, clear) = (0, 0);
        foreach (var build in builds)
        {
            var verdict = ledger.Judge(
                Fingerprint.OfImage(order.ContentHash, build),
                Fingerprint.OfRequest(order.ContentHash, build, transform),
                order.Tenant);
            if (verdict == PoisonVerdict.Quarantined) quarantined++;
            if (verdict == PoisonVerdict.Clear) clear++;
        }
        if (quarantined == builds.Count) return PoisonVerdict.Quarantined;
        return clear == builds.Count ? PoisonVerdict.Clear : PoisonVerdict.Suspect;
    }

    /// <summary>
    /// What a lost worker's death counts against, and the request that may disprove it. A watermark may be the culprit:
    /// then it counts against the request alone, and nothing disproves it, as the request's text does not tell which.
    /// </summary>
    public static (Fingerprint Subject, Fingerprint? Request) OfLoss(ConversionOrder order, string build)
    {
        var request = Fingerprint.OfRequest(order.ContentHash, build, order.Request.Transform.ToString());
        return order.Request.Watermark.IsEmpty
            ? (Fingerprint.OfImage(order.ContentHash, build), request)
            : (request, null);
    }
}
