using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Millrace.Worker.Tests.Edges;

/// <summary>An authority for one test, with a certificate for an edge on loopback and one for a worker.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("millrace-tls-");
    private readonly X509Certificate2 _root;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(Yesterday, Tomorrow);
        File.WriteAllText(AuthorityPath, _root.ExportCertificatePem());
        Edge = Issue("edge", 1);
        using var worker = Issue("worker", 2);
        using var workerKey = worker.GetECDsaPrivateKey()!;
        File.WriteAllText(WorkerPath, $"{worker.ExportCertificatePem()}\n{workerKey.ExportPkcs8PrivateKeyPem()}");
    }

    public X509Certificate2 Edge { get; }

    public string AuthorityPath => Path.Combine(_folder.FullName, "authority.pem");

    public string WorkerPath => Path.Combine(_folder.FullName, "worker.pem");

    private static DateTimeOffset Yesterday => TimeProvider.System.GetUtcNow().AddDays(-1);

    private static DateTimeOffset Tomorrow => TimeProvider.System.GetUtcNow().AddDays(1);

    public bool Certifies(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        _root.Dispose();
        Edge.Dispose();
        _folder.Delete(recursive: true);
    }

    private X509Certificate2 Issue(string name, byte serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, Yesterday.AddHours(1), Tomorrow.AddHours(-1), [serial]);
        using var whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
