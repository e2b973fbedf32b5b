using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Millrace.Queue.Tests.Rabbit;

/// <summary>
/// TLS before a node that speaks none: shows the server's certificate, demands the client's, and passes bytes on.
/// </summary>
internal sealed class TlsDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _authority = Authority();
    private readonly int _port;
    private readonly Task _accepting;

    public TlsDoor(int port)
    {
        _port = port;
        Folder = Directory.CreateTempSubdirectory("millrace-tls-").FullName;
        File.WriteAllText(CaFile, _authority.ExportCertificatePem());
        using var client = Signed("millrace");
        File.WriteAllText(CertificateFile, client.ExportCertificatePem());
        File.WriteAllText(KeyFile, client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _listener.Start();
        _accepting = AcceptAsync(Signed("broker.test"));
    }

    public string CaFile => Path.Combine(Folder, "ca.pem");

    public string CertificateFile => Path.Combine(Folder, "client.pem");

    public string KeyFile => Path.Combine(Folder, "client.key");

    public Uri Address => new($"amqps://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    private string Folder { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        Directory.Delete(Folder, recursive: true);
    }

    private async Task AcceptAsync(X509Certificate2 certificate)
    {
        var open = new List<Task>();
        try
        {
            while (true) open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), certificate));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
            certificate.Dispose();
        }
    }

    private async Task ServeAsync(TcpClient client, X509Certificate2 certificate)
    {
        using var inner = new TcpClient();
        await using var outer = new SslStream(client.GetStream());
        try
        {
            await outer.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == _authority.Subject,
                },
                _stop.Token);
            await inner.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
            var plain = inner.GetStream();
            await Task.WhenAny(plain.CopyToAsync(outer, _stop.Token), outer.CopyToAsync(plain, _stop.Token));
        }
        catch (Exception exception) when (exception
            is AuthenticationException or IOException or SocketException or OperationCanceledException)
        {
            // The client hears that the connection has ended.
        }
        client.Dispose();
    }

    private static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = Request("Test authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private X509Certificate2 Signed(string name)
    {
        using var key = RSA.Create(2048);
        var request = Request(name, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.Create(
            _authority, now.AddHours(-1), now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(
            whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
