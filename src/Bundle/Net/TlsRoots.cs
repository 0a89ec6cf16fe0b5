using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bundle.Faults;

namespace Bundle.Net;

/// <summary>Certificates that are trusted beside those of the system.</summary>
internal static class TlsRoots
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // id-kp-serverAuth, RFC 5280 section 4.2.1.12

    /// <summary>Adds the certificates of a PEM file.</summary>
    /// <exception cref="BundleException">It holds none that can be read.</exception>
    public static void Load(string file, X509Certificate2Collection roots)
    {
        var before = roots.Count;
        if (!File.Exists(file))
        {
            throw (Bad(file) with { Message = $"the file of certificates {file} does not exist", Hint = "check the path" }).ToException();
        }

        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Bad(file).ToException(e);
        }

        if (roots.Count == before)
        {
            throw Bad(file).ToException();
        }
    }

    /// <summary>Whether a server may be trusted: by the system, or because its certificate leads to one of ours. Never false: what is wrong is thrown.</summary>
    /// <exception cref="UntrustedServerException">It may not.</exception>
    public static bool Trust(X509Certificate2Collection roots, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf
            || ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None && (roots.Count == 0 || !LeadsTo(roots, leaf, sent))))
        {
            throw UntrustedServerException.Chain(certificate as X509Certificate2);
        }

        return (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None ? true : throw UntrustedServerException.Name(leaf);
    }

    /// <summary>The fault of a file without certificates.</summary>
    public static Fault Bad(string file) => new(FaultId.CredentialsInvalid, $"{file} holds no certificate that can be read")
    {
        Entry = file,
        Hint = "certificates are in PEM form: -----BEGIN CERTIFICATE-----",
    };

    private static bool LeadsTo(X509Certificate2Collection roots, X509Certificate2 certificate, X509Chain? sent)
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

        return chain.Build(certificate);
    }
}
