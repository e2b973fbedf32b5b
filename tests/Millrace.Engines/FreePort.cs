using System.Net;
using System.Net.Sockets;

namespace Millrace.Engines;

/// <summary>Ports that nothing listens on now.</summary>
internal static class FreePort
{
    // Below the range that the kernel gives to outgoing connections: a client that knocks at a dead engine could
    // otherwise be given the engine's own port, and hold it when the engine starts again.
    private const int First = 20_000;
    private const int AfterLast = 32_000;
    private const int TriesMax = 1_000;

    /// <summary>One port of 127.0.0.1.</summary>
    /// <exception cref="InvalidOperationException">None of many is free.</exception>
    public static int Take(Random random)
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var port = random.Next(First, AfterLast);
            if (IsFree(port)) return port;
        }
        throw new InvalidOperationException($"No free port between {First} and {AfterLast} after {TriesMax} tries.");
    }

    /// <summary>The first of so many ports in a row.</summary>
    /// <exception cref="InvalidOperationException">None of many rows is free.</exception>
    public static int TakeRow(Random random, int count)
    {
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var port = random.Next(First, AfterLast - count);
            if (Enumerable.Range(port, count).All(IsFree)) return port;
        }
        throw new InvalidOperationException($"No {count} free ports in a row after {TriesMax} tries.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
