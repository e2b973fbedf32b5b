using CsCheck;
using Millrace.Core.Handover;

namespace Millrace.Core.Tests.Handover;

public sealed class SessionTextTests
{
    private static readonly string[] Kinds = ["", "hello\n", "welcome\n", "pace\n", "started\n"];

    [Fact]
    public void ReadHello_WhatWasWritten_IsEqual()
    {
        var worker = new WorkerIdentity("w1", new Guid(7, 0, 0, new byte[8]), "kernel 1; libvips 8", 3);

        Assert.Equal(worker, SessionText.ReadHello(SessionText.Hello(worker)));
    }

    [Fact]
    public void Hello_WhenTheNameHasLines_IsStillOneMessage()
    {
        var worker = new WorkerIdentity("w\n1", Guid.Empty, "b\r\nc", 3);

        Assert.Equal(worker with { Name = "w 1", Build = "b c" }, SessionText.ReadHello(SessionText.Hello(worker)));
    }

    [Fact]
    public void Read_EachMessage_IsWhatWasWritten()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

        Assert.Equal(now, SessionText.ReadWelcome(SessionText.Welcome(now)));
        Assert.Equal(2.5, SessionText.ReadPace(SessionText.Pace(2.5)));
        Assert.Equal(Guid.Empty, SessionText.ReadStarted(SessionText.Started(Guid.Empty)));
        Assert.Equal(Guid.Empty, SessionText.ReadLeft(SessionText.Left(Guid.Empty)));
    }

    [Fact]
    public void Read_WhateverTheText_NeverThrows() => Gen.String.Sample(text =>
    {
        foreach (var message in Kinds.Select(kind => kind + text))
        {
            _ = SessionText.ReadHello(message);
            _ = SessionText.ReadWelcome(message);
            _ = SessionText.ReadPace(message);
            _ = SessionText.ReadStarted(message);
            _ = SessionText.ReadLeft(message);
        }
    });
}
