using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bundle.Faults;

namespace Bundle.Serve.Access;

/// <summary>A server's certificate with its key, and the certificates between it and the authority.</summary>
public sealed class TlsCertificate : IDisposable
{
    private TlsCertificate(X509Certificate2 certificate, X509Certificate2Collection chain) => (Certificate, Chain) = (certificate, chain);

    /// <summary>The certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>All certificates of the file.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>Reads PEM files: the certificate first, those between behind it; and its key, not encrypted.</summary>
    /// <exception cref="BundleException">They cannot be read, or do not belong together.</exception>
    public static TlsCertificate Load(string certificatePath, string keyPath)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            return new TlsCertificate(X509Certificate2.CreateFromPemFile(certificatePath, keyPath), chain);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Fault(FaultId.Io, $"cannot use {certificatePath} with {keyPath}: {e.Message}")
            {
                Entry = certificatePath,
                Hint = "both are PEM files; the key is not encrypted and belongs to the first certificate",
            }.ToException(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var certificate in Chain)
        {
            certificate.Dispose();
        }
    }
}
