using System.Runtime.InteropServices;
using System.Text;

namespace Millrace.Kernel.Faulty;

/// <summary>
/// Does what a hostile image might make a decoder do, when the image ends with <c>MILLRACE-FAULT:name</c> and the fault
/// switch is set. Decoders stop before such a tail, so the image itself is a good one.
/// </summary>
internal static unsafe partial class Faults
{
    private const int TailBytes = 64;
    private static readonly byte[] Marker = "MILLRACE-FAULT:"u8.ToArray();
    private static readonly bool IsOn = Environment.GetEnvironmentVariable(KernelHost.FaultSwitch) is not null;

    public static void OnImage(ReadOnlyMemory<byte> source)
    {
        if (!IsOn) return;
        var tail = source.Span[Math.Max(0, source.Length - TailBytes)..];
        var at = tail.LastIndexOf(Marker);
        if (at >= 0) Do(Encoding.ASCII.GetString(tail[(at + Marker.Length)..]));
    }

    private static void Do(string fault)
    {
        switch (fault)
        {
            case "crash":
                *(byte*)0x0000_7FFF_FFFF_F000 = 1;
                break;
            case "exit":
                Environment.Exit(3);
                break;
            case "hang":
                new ManualResetEvent(false).WaitOne();
                break;
            case "spin":
                Spin();
                break;
            case "memory":
                EatMemory();
                break;
            case "babble":
                Send(Encoding.ASCII.GetBytes(new string('x', 256)));
                break;
            case "flood":
                Flood();
                break;
            default:
                EscapeProbe.Try(fault);
                break;
        }
    }

    private static void Spin()
    {
        while (true) Thread.SpinWait(1_000_000);
    }

    private static void EatMemory()
    {
        while (true)
        {
            var block = (byte*)NativeMemory.Alloc(16 << 20);
            new Span<byte>(block, 16 << 20).Fill(1);
        }
    }

    private static void Flood()
    {
        var line = new string('e', 1000);
        for (var i = 0; i < 10_000; i++) Console.Error.WriteLine(line);
    }

    private static void Send(byte[] bytes)
    {
        fixed (byte* start = bytes) _ = send(0, start, (nuint)bytes.Length, 0);
    }

    [LibraryImport("libc")]
    private static partial nint send(int descriptor, byte* buffer, nuint count, int flags);
}
