namespace Millrace.Kernel.Sandbox;

/// <summary>
/// Ends the process as soon as the worker's end of the socket is gone, even in the middle of a conversion.
/// </summary>
internal static class ParentWatch
{
    public static void Start()
    {
        var thread = new Thread(Watch) { IsBackground = true, Name = "parent-watch" };
        thread.Start();
    }

    private static void Watch()
    {
        var socket = new Posix.PollDescriptor { Descriptor = 0, Events = Posix.PollPeerClosed };
        while (Posix.poll(ref socket, 1, -1) <= 0 || socket.Returned == 0)
        {
            socket.Returned = 0;
        }
        Posix._exit(0);
    }
}
