using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Millrace.Outbound.Tests;

public sealed class GuardedClientTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly OutboundOptions Local = new() { AllowHttp = true, AllowedNetworks = ["127.0.0.0/8"] };
    private static readonly OutboundOptions Public = new() { AllowHttp = true };

    [Fact]
    public async Task Send_ToAnAllowedAddress_GivesStatusHeadersAndBody()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.Headers["X-Seen"] = context.Request.Headers.UserAgent;
            return context.Response.WriteAsync("hello");
        });
        using var client = Client(Local);

        using var answer = await SendAsync(client, receiver.Address + "x", bodyBytesMax: 5);

        Assert.Equal(HttpStatusCode.OK, answer.Response!.Status);
        Assert.Equal("hello", await ReadAsync(answer));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    public async Task Send_WhenANameHasAForbiddenAddress_DialsNothing(string address)
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        using var client = Client(Public, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));

        using var answer = await SendAsync(client, $"http://hooks.example:{receiver.Port}/");

        Assert.Equal(OutboundFaultKind.Refused, answer.Fault?.Kind);
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task Send_WhenANameChangesBetweenTwoResolutions_DialsWhatWasCheckedOrNothing()
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        var resolutions = 0;
        // Public at the first question, loopback at every later one: who asks twice is caught.
        using var client = Client(Public, (_, _) => Task.FromResult<IPAddress[]>(
            [++resolutions == 1 ? IPAddress.Parse("192.0.2.1") : IPAddress.Loopback]));

        using var first = await SendAsync(client, $"http://hooks.example:{receiver.Port}/", timeout: Short);
        using var second = await SendAsync(client, $"http://hooks.example:{receiver.Port}/", timeout: Short);

        Assert.Equal(2, resolutions);
        Assert.NotNull(first.Fault);
        Assert.Equal(OutboundFaultKind.Refused, second.Fault?.Kind);
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task Send_EachConnection_ResolvesOnceAndDialsThatAddress()
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        var resolutions = 0;
        using var client = Client(Local, (_, _) => Task.FromResult<IPAddress[]>(
            [++resolutions == 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]));

        using var answer = await SendAsync(client, $"http://hooks.example:{receiver.Port}/");

        Assert.Equal(HttpStatusCode.OK, answer.Response?.Status);
        Assert.Equal(1, resolutions);
    }

    [Fact]
    public async Task Send_WhenANameHasBothKindsOfAddresses_DialsTheAllowedOnly()
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        using var client = Client(Local, (_, _) => Task.FromResult<IPAddress[]>(
            [IPAddress.Parse("10.0.0.1"), IPAddress.IPv6Loopback, IPAddress.Loopback]));

        using var answer = await SendAsync(client, $"http://hooks.example:{receiver.Port}/");

        Assert.Equal(HttpStatusCode.OK, answer.Response?.Status);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://user@127.0.0.1:{0}/")]
    public async Task Send_ToAForbiddenAddressInTheUrl_DialsNothing(string form)
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        using var client = Client(Public);

        using var answer = await SendAsync(client, string.Format(null, form, receiver.Port));

        Assert.Equal(OutboundFaultKind.Refused, answer.Fault?.Kind);
        Assert.Equal(0, receiver.Connections);
    }

    [Fact]
    public async Task Send_WithoutRedirects_GivesTheRedirectAsTheAnswer()
    {
        await using var inner = await Receiver.StartAsync(_ => Task.CompletedTask);
        var location = inner.Address.AbsoluteUri;
        await using var receiver = await Receiver.StartAsync(context => RedirectAsync(context, location));
        using var client = Client(Local);

        using var answer = await SendAsync(client, receiver.Address.AbsoluteUri);

        Assert.Equal(HttpStatusCode.Found, answer.Response?.Status);
        Assert.Equal(0, inner.Calls);
    }

    [Fact]
    public async Task Send_WithRedirects_FollowsThreeAndNotAFourth()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            var hops = int.Parse(context.Request.Path.Value!.Trim('/'), null);
            return hops == 0 ? Task.CompletedTask : RedirectAsync(context, $"/{hops - 1}");
        });
        using var client = Client(Local);

        using var three = await SendAsync(client, receiver.Address + "3", redirectsMax: 3);
        using var four = await SendAsync(client, receiver.Address + "4", redirectsMax: 3);

        Assert.Equal(HttpStatusCode.OK, three.Response?.Status);
        Assert.Equal(OutboundFaultKind.TooManyRedirects, four.Fault?.Kind);
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://2130706433/")]
    [InlineData("http://inner.example:9999/")]
    public async Task Send_WhenARedirectLeadsInside_IsRefused(string location)
    {
        await using var receiver = await Receiver.StartAsync(context => RedirectAsync(context, location));
        using var client = Client(Local, (host, _) => Task.FromResult<IPAddress[]>(
            [host == "inner.example" ? IPAddress.Parse("192.168.0.1") : IPAddress.Loopback]));

        using var answer = await SendAsync(client, receiver.Address.AbsoluteUri, redirectsMax: 3);

        Assert.Equal(OutboundFaultKind.Refused, answer.Fault?.Kind);
    }

    [Fact]
    public async Task Read_ABodyThatIsTooLong_BreaksAtTheLimitWhateverWasDeclared()
    {
        await using var receiver = await Receiver.StartAsync(async context =>
        {
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });
        using var client = Client(Local);
        using var answer = await SendAsync(client, receiver.Address.AbsoluteUri, bodyBytesMax: 100_000);

        var copied = new MemoryStream();
        await Assert.ThrowsAsync<TooManyBytesException>(
            () => answer.Response!.Content.CopyToAsync(copied, TestContext.Current.CancellationToken));

        Assert.InRange(copied.Length, 0, 100_000);
    }

    [Fact]
    public async Task Read_ABodyThatSaysItIsPacked_IsNotUnpacked()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync("not really");
        });
        using var client = Client(Local);
        using var answer = await SendAsync(client, receiver.Address.AbsoluteUri, bodyBytesMax: 100);

        Assert.Equal("not really", await ReadAsync(answer));
    }

    [Fact]
    public async Task Send_WhenTheReceiverHangs_TimesOut()
    {
        await using var receiver = await Receiver.StartAsync(context => Hang(context.RequestAborted));
        using var client = Client(Local);

        using var answer = await SendAsync(client, receiver.Address.AbsoluteUri, timeout: Short);

        Assert.Equal(OutboundFaultKind.TimedOut, answer.Fault?.Kind);
    }

    [Fact]
    public async Task Send_WhenTheCallerCancels_Throws()
    {
        var heard = new TaskCompletionSource();
        await using var receiver = await Receiver.StartAsync(context =>
        {
            heard.SetResult();
            return Hang(context.RequestAborted);
        });
        using var client = Client(Local);
        using var cancel = new CancellationTokenSource();

        var sending = client.SendAsync(Call(receiver.Address.AbsoluteUri, Long, 0, 0), cancel.Token);
        await heard.Task.WaitAsync(Long, TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("SSH-2.0-OpenSSH_9\r\n")]
    public async Task Send_WhenTheConnectionEndsOrIsNoHttp_SaysBroken(string said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = AnswerAndCloseAsync(listener, said, stop.Token);
        using var client = Client(Local);

        using var answer = await SendAsync(client, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        Assert.Equal(OutboundFaultKind.Broken, answer.Fault?.Kind);
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Send_WhenTheHeadDripsWithoutEnd_TimesOut()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = DripAsync(listener, stop.Token);
        using var client = Client(Local);

        using var answer = await SendAsync(
            client, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", timeout: Short);

        Assert.Equal(OutboundFaultKind.TimedOut, answer.Fault?.Kind);
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Send_WhenTheHeadIsTooLong_SaysBroken()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.Headers["X-Long"] = new string('a', 20_000);
            return Task.CompletedTask;
        });
        using var client = Client(Local);

        using var answer = await SendAsync(client, receiver.Address.AbsoluteUri);

        Assert.Equal(OutboundFaultKind.Broken, answer.Fault?.Kind);
    }

    [Fact]
    public async Task Send_WhenNobodyListens_SaysUnreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var client = Client(Local);

        using var answer = await SendAsync(client, $"http://127.0.0.1:{port}/");

        Assert.Equal(OutboundFaultKind.Unreachable, answer.Fault?.Kind);
    }

    [Fact]
    public async Task Send_WhenTheNameIsUnknown_SaysUnreachable()
    {
        using var client = Client(Local, (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        using var answer = await SendAsync(client, "https://nowhere.example/");

        Assert.Equal(new OutboundFault(OutboundFaultKind.Unreachable, "Its name is unknown."), answer.Fault);
    }

    [Fact]
    public async Task Send_HttpsToAServerWithoutTls_SaysSo()
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        using var client = Client(Local);

        using var answer = await SendAsync(client, $"https://127.0.0.1:{receiver.Port}/");

        Assert.Equal(OutboundFaultKind.Tls, answer.Fault?.Kind);
    }

    private static GuardedClient Client(OutboundOptions options, ResolveHost? resolve = null) => new(
        Options.Create(options), resolve ?? Dns.GetHostAddressesAsync, TimeProvider.System,
        NullLogger<GuardedClient>.Instance);

    private static OutboundCall Call(string url, TimeSpan timeout, int redirectsMax, long bodyBytesMax) => new()
    {
        Url = url,
        Write = checkedUrl => new HttpRequestMessage(HttpMethod.Get, checkedUrl),
        Timeout = timeout,
        RedirectsMax = redirectsMax,
        BodyBytesMax = bodyBytesMax,
    };

    private static Task<OutboundAnswer> SendAsync(
        GuardedClient client, string url, TimeSpan? timeout = null, int redirectsMax = 0, long bodyBytesMax = 0) =>
        client.SendAsync(
            Call(url, timeout ?? Long, redirectsMax, bodyBytesMax), TestContext.Current.CancellationToken);

    private static async Task<string> ReadAsync(OutboundAnswer answer)
    {
        using var reader = new StreamReader(answer.Response!.Content, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static Task RedirectAsync(HttpContext context, string location)
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    private static async Task Hang(CancellationToken until)
    {
        var end = new TaskCompletionSource();
        await using var ending = until.Register(() => end.TrySetResult());
        await end.Task;
    }

    // Again and again: the framework asks once more where nothing at all was answered to a request without a body.
    private static async Task AnswerAndCloseAsync(TcpListener listener, string said, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], stop);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(said), stop);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static async Task DripAsync(TcpListener listener, CancellationToken stop)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync(stop);
            var stream = client.GetStream();
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), stop);
            for (var i = 0; ; i++)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"X-{i}: a\r\n"), stop);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has had enough.
        }
    }
}
