using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bundle.Faults;

namespace Bundle.Registry;

/// <summary>Whom a connection trusts: the system's roots, and those that the user names.</summary>
internal static class TlsTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // id-kp-serverAuth, RFC 5280 section 4.2.1.12

    /// <summary>What TLS needs for a registry.</summary>
    /// <exception cref="BundleException">A file of certificates cannot be read.</exception>
    public static SslClientAuthenticationOptions For(string host, RegistryOptions options)
    {
        var folders = options.CertificateFolders.Concat([$"/etc/containers/certs.d/{host}", $"/etc/docker/certs.d/{host}"]).Where(Directory.Exists).ToList();
        var roots = new X509Certificate2Collection();
        foreach (var file in options.CaFiles.Concat(folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.crt"))))
        {
            Load(file, () => roots.ImportFromPemFile(file), () => roots.Count > 0);
        }

        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                !options.TlsVerify || errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors && roots.Count > 0 && LeadsTo(roots, certificate, chain)),
        };
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cert")))
        {
            Load(file, () => (tls.ClientCertificates ??= []).Add(X509Certificate2.CreateFromPemFile(file, Path.ChangeExtension(file, ".key"))), () => true);
        }

        return tls;
    }

    private static bool LeadsTo(X509Certificate2Collection roots, X509Certificate? certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return certificate is X509Certificate2 leaf && chain.Build(leaf);
    }

    private static void Load(string file, Action load, Func<bool> found)
    {
        try
        {
            load();
            if (found())
            {
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Bad(file).ToException(e);
        }

        throw Bad(file).ToException();
    }

    private static Fault Bad(string file) => new(FaultId.CredentialsInvalid, $"{file} holds no certificate that can be read")
    {
        Entry = file,
        Hint = "certificates are in PEM form: -----BEGIN CERTIFICATE-----",
    };
}
