using Millrace.Drills.History;
using Millrace.Drills.Loading;

namespace Millrace.Drills.Tests.Loading;

/// <summary>Only what provably did nothing has failed; whatever else is no success is unknown.</summary>
public sealed class ReplyTests
{
    [Theory]
    [InlineData(200, "", EntryType.Ok)]
    [InlineData(202, "", EntryType.Ok)]
    [InlineData(303, "", EntryType.Ok)]
    [InlineData(422, "damaged", EntryType.Fail)]
    [InlineData(429, "rate-limited", EntryType.Fail)]
    [InlineData(503, "shed", EntryType.Fail)]
    [InlineData(503, "requests-full", EntryType.Fail)]
    [InlineData(0, Reply.NotSent, EntryType.Fail)]
    [InlineData(503, "queue-unavailable", EntryType.Info)]
    [InlineData(503, "store-unavailable", EntryType.Info)]
    [InlineData(500, "internal-error", EntryType.Info)]
    [InlineData(0, "no answer in time", EntryType.Info)]
    public void Type_OfAReply_IsWhatItProves(int status, string code, object type) =>
        Assert.Equal(type, new Reply(status, code, "", []).Type);

    [Theory]
    [InlineData(503, "stopping", true)]
    [InlineData(503, "queue-unavailable", true)]
    [InlineData(0, Reply.NotSent, true)]
    [InlineData(503, "requests-full", false)]
    [InlineData(429, "rate-limited", false)]
    [InlineData(200, "", false)]
    public void IsElsewhere_MovesFromWhoCannotServe_AndNotFromWhoHasTooMuch(int status, string code, bool moves) =>
        Assert.Equal(moves, new Reply(status, code, "", []).IsElsewhere);
}
