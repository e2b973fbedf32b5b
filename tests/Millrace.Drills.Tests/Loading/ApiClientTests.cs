using System.Net;
using System.Net.Sockets;
using Millrace.Drills.Loading;

namespace Millrace.Drills.Tests.Loading;

/// <summary>Who is asked next, and what it proves when there is no answer.</summary>
public sealed class ApiClientTests : IDisposable
{
    private static readonly byte[] Found = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private readonly List<IDisposable> _open = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var open in _open) open.Dispose();
    }

    [Fact]
    public async Task Send_WhereNoConnectionIsMadeInTime_AsksTheNext()
    {
        var (deaf, sound) = (await DeafAsync(), Sound());

        Assert.Equal(200, (await SendAsync([deaf, sound])).Status);
        Assert.Equal(200, (await SendAsync([sound, deaf])).Status);
    }

    [Fact]
    public async Task Send_WhereNobodyTakesAConnectionInTime_HasNotSent()
    {
        var reply = await SendAsync([await DeafAsync()]);

        Assert.Equal((0, Reply.NotSent), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Send_WhereAConnectionIsMadeAndNoAnswerComes_IsNotTriedElsewhere()
    {
        var reply = await SendAsync([Silent(), Silent()], TimeSpan.FromMilliseconds(300));

        Assert.Equal((0, "no answer in time"), (reply.Status, reply.Code));
    }

    private async Task<Reply> SendAsync(IReadOnlyList<Uri> edges, TimeSpan? patience = null)
    {
        var client = new ApiClient(() => edges, patience);
        _open.Add(client);
        return await client.SendAsync(HttpMethod.Get, "/", "key", null, null, Cancel);
    }

    // As many as may wait to be accepted do: the system drops what comes then.
    private async Task<Uri> DeafAsync()
    {
        var listener = Listen(backlog: 0);
        for (var waiting = 0; waiting < 2; waiting++)
        {
            var client = new TcpClient();
            _open.Add(client);
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            try
            {
                await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, patience.Token);
            }
            catch (OperationCanceledException)
            {
                // It is full.
            }
        }
        return AddressOf(listener);
    }

    private Uri Silent() => AddressOf(Listen(backlog: 8));

    private Uri Sound()
    {
        var listener = Listen(backlog: 8);
        _ = AnswerAsync(listener);
        return AddressOf(listener);
    }

    private static async Task AnswerAsync(TcpListener listener)
    {
        var request = new byte[4096];
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(Cancel);
                await client.GetStream().ReadAtLeastAsync(request, 1, cancellationToken: Cancel);
                await client.GetStream().WriteAsync(Found, Cancel);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
            {
                return;
            }
        }
    }

    private TcpListener Listen(int backlog)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog);
        _open.Add(listener);
        return listener;
    }

    private static Uri AddressOf(TcpListener listener) => new($"http://{listener.LocalEndpoint}");
}
