using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Bundle.Net;

/// <summary>A server whose certificate proves nothing here, in words of why, and of what to do.</summary>
internal sealed class UntrustedServerException : AuthenticationException
{
    private const string Without = "; --tls-verify=false does without proof of who it is";
    private const int ShownNames = 5, ShownText = 100;

    private UntrustedServerException(string message, string hint)
        : base(message) => Hint = hint + Without;

    /// <summary>What to do.</summary>
    public string Hint { get; }

    /// <summary>The certificate leads to nobody who is trusted, or is out of date.</summary>
    public static UntrustedServerException Chain(X509Certificate2? certificate)
    {
        var now = DateTime.Now;
        return certificate is null ? new("it shows no certificate", "check the address")
            : certificate.NotAfter < now ? new($"its certificate was valid until {Date(certificate.NotAfter)}", "have it renewed, or set this machine's clock right")
            : certificate.NotBefore > now ? new($"its certificate is valid from {Date(certificate.NotBefore)} on", "set this machine's clock right")
            : new($"its certificate is by '{Plain(certificate.Issuer)}', which is not trusted here", "name the file of its root certificate with --ca FILE");
    }

    /// <summary>The certificate is good, but for others.</summary>
    public static UntrustedServerException Name(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(one => one.EnumerateDnsNames().Concat(one.EnumerateIPAddresses().Select(address => address.ToString()))).ToList();
        var shown = names.Count == 0 ? "no name" : Plain(string.Join(", ", names.Take(ShownNames))) + (names.Count > ShownNames ? ", …" : "");
        return new($"its certificate is for {shown}, not for the name that it was asked by", "use a name that is in it, or have one made that has this name");
    }

    private static string Date(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Plain(string text)
    {
        var bounded = text.Length <= ShownText ? text : text[..ShownText] + "…";
        return string.Concat(bounded.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
