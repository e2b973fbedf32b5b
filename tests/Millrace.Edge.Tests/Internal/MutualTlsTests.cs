using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Millrace.Edge.Tests.Dispatch;

namespace Millrace.Edge.Tests.Internal;

public sealed class MutualTlsTests
{
    private static readonly DateTimeOffset From = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Until = From.AddYears(100);

    [Fact]
    public async Task Listener_WithAnAuthority_LetsInOnlyWhoHasItsCertificate()
    {
        using var authority = Authority("the cluster's");
        using var stranger = Authority("another's");
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var server = Signed(authority, "127.0.0.1");
        await WriteAsync(folder, "ca.pem", authority.ExportCertificatePem());
        await WriteAsync(folder, "edge.pem", server.ExportCertificatePem());
        await WriteAsync(folder, "edge.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var edge = await DispatchServer.StartAsync(settings:
            [("Edge:Internal:Urls", "https://127.0.0.1:0"), ("Edge:Internal:Certificate", $"{folder}/edge.pem"),
                ("Edge:Internal:CertificateKey", $"{folder}/edge.key"),
                ("Edge:Internal:ClientAuthority", $"{folder}/ca.pem")]);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(edge, Signed(authority, "worker")));
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusAsync(edge, Signed(stranger, "worker")));
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusAsync(edge, certificate: null));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<HttpStatusCode> StatusAsync(DispatchServer edge, X509Certificate2? certificate)
    {
        using var handler = new HttpClientHandler
        {
            // The test is about the other direction.
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        if (certificate is not null) handler.ClientCertificates.Add(certificate);
        using var client = new HttpClient(handler) { BaseAddress = edge.Internal };
        client.DefaultRequestHeaders.Authorization = new("Bearer", DispatchServer.Secret);
        using var answer = await client.GetAsync("/internal/v1/status", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static Task WriteAsync(string folder, string name, string text) =>
        File.WriteAllTextAsync(Path.Combine(folder, name), text, TestContext.Current.CancellationToken);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(From, Until);
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        using var signed = request.Create(authority, From, Until, [1, 2, 3, 4]);
        return signed.CopyWithPrivateKey(key);
    }
}
