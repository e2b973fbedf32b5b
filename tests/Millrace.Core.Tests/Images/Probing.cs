using Millrace.Core.Images;

namespace Millrace.Core.Tests.Images;

/// <summary>What holds of every outcome, whatever the bytes are.</summary>
internal static class Probing
{
    /// <summary>Exactly one of header and failure; a reason with a failure only; numbers within their ranges.</summary>
    public static void AssertSound(ProbeOutcome outcome)
    {
        if (outcome.Header is not { } header)
        {
            Assert.NotNull(outcome.Failure);
            Assert.EndsWith(".", outcome.Reason, StringComparison.Ordinal);
            return;
        }
        Assert.Null(outcome.Failure);
        Assert.Equal("", outcome.Reason);
        Assert.True(header.Width > 0 && header.Height > 0);
        Assert.InRange(header.Frames, 1, HeaderProbe.FramesCap);
        Assert.InRange(header.Scans, 1, HeaderProbe.ScansCap);
    }
}
