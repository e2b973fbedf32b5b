using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Millrace.Queue.Rabbit.Links;

/// <summary>Where one node is, and how to get in.</summary>
internal sealed class NodeAddress(Uri node, RabbitQueueOptions options)
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    private bool IsTls => node.Scheme == "amqps";

    /// <summary><c>host:port</c>, for logs, metrics and status.</summary>
    public string Name { get; } = $"{node.Host}:{PortOf(node)}";

    /// <summary>
    /// A connection that does not mend itself: what is lost is told, and whoever had it goes to another node.
    /// </summary>
    /// <param name="purpose">What the broker's own list calls it.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    public Task<IConnection> ConnectAsync(string purpose, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            UserName = Secret(options.UserFile, RabbitQueueOptions.UserVariable),
            Password = Secret(options.PasswordFile, RabbitQueueOptions.PasswordVariable),
            VirtualHost = options.VirtualHost,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.ConnectTimeout,
            HandshakeContinuationTimeout = options.ConnectTimeout,
            ContinuationTimeout = options.CallTimeout,
            SocketReadTimeout = options.CallTimeout,
            SocketWriteTimeout = options.CallTimeout,
        };
        var endpoint = new AmqpTcpEndpoint(node.Host, PortOf(node), IsTls ? Tls() : new SslOption());
        return factory.CreateConnectionAsync([endpoint], purpose, cancellationToken);
    }

    private static int PortOf(Uri node) => node switch
    {
        { Port: > 0 } => node.Port,
        { Scheme: "amqps" } => TlsPort,
        _ => PlainPort,
    };

    private static string Secret(string? file, string variable)
    {
        if (file is not null) return File.ReadAllText(file).Trim();
        return Environment.GetEnvironmentVariable(variable)
            ?? throw new IOException($"Neither a file nor the environment variable {variable} is set.");
    }

    private SslOption Tls()
    {
        var tls = new SslOption { Enabled = true, ServerName = options.ServerName ?? node.Host };
        if (options.ClientCertificateFile is { } certificate)
            tls.Certs = [X509Certificate2.CreateFromPemFile(certificate, options.ClientKeyFile)];
        if (options.CaFile is { } authorities) tls.CertificateValidationCallback = Trusting(authorities);
        return tls;
    }

    // The name is checked by the framework; only the chain is built again, to our own authorities.
    private static RemoteCertificateValidationCallback Trusting(string authorities)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(authorities);
        return (_, certificate, presented, errors) =>
        {
            if (certificate is not X509Certificate2 leaf) return false;
            if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            foreach (var item in presented?.ChainElements.AsEnumerable() ?? [])
                chain.ChainPolicy.ExtraStore.Add(item.Certificate);
            return chain.Build(leaf);
        };
    }

    /// <summary>One sentence for the operator on why a node cannot be used; never a secret.</summary>
    public static string Describe(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is RabbitMQ.Client.Exceptions.PossibleAuthenticationFailureException)
                return "it refuses the user or the password";
            if (cause is System.Security.Authentication.AuthenticationException) return $"TLS fails: {cause.Message}";
            if (cause is CryptographicException) return $"a certificate file cannot be read: {cause.Message}";
            if (cause is OperationCanceledException or TimeoutException) return "it does not answer in time";
            if (cause.InnerException is null && cause is not AggregateException) return cause.Message;
            if (cause is AggregateException { InnerExceptions: [var first, ..] }) return Describe(first);
        }
        return exception.Message;
    }
}
