using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bundle.Faults;
using Bundle.Net;

namespace Bundle.Registry;

/// <summary>Whom a connection trusts: the system's roots, and those that the user names.</summary>
internal static class TlsTrust
{
    /// <summary>What TLS needs for a registry.</summary>
    /// <exception cref="BundleException">A file of certificates cannot be read.</exception>
    public static SslClientAuthenticationOptions For(string host, RegistryOptions options)
    {
        var folders = options.CertificateFolders.Concat([$"/etc/containers/certs.d/{host}", $"/etc/docker/certs.d/{host}"]).Where(Directory.Exists).ToList();
        var roots = new X509Certificate2Collection();
        foreach (var file in options.CaFiles.Concat(folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.crt"))))
        {
            TlsRoots.Load(file, roots);
        }

        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                !options.TlsVerify || TlsRoots.Trust(roots, certificate, chain, errors),
        };
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cert")))
        {
            LoadClient(file, tls);
        }

        return tls;
    }

    private static void LoadClient(string file, SslClientAuthenticationOptions tls)
    {
        try
        {
            (tls.ClientCertificates ??= []).Add(X509Certificate2.CreateFromPemFile(file, Path.ChangeExtension(file, ".key")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw TlsRoots.Bad(file).ToException(e);
        }
    }
}
