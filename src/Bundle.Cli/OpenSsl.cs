using System.Runtime.InteropServices;
using Bundle.Faults;

namespace Bundle.Cli;

/// <summary>SHA-256 comes from the host's OpenSSL, and .NET aborts the process where there is none; this says so in words first.</summary>
internal static class OpenSsl
{
    private static readonly string[] Names = ["libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.1.0.0", "libssl.so.10"];

    /// <summary>Loads OpenSSL, which the work will need anyway.</summary>
    /// <exception cref="BundleException">There is none.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // .NET's own choice of a version, honoured here as there.
        var chosen = Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE");
        if ((!string.IsNullOrEmpty(chosen) && NativeLibrary.TryLoad("libssl.so." + chosen, out _)) || Array.Exists(Names, name => NativeLibrary.TryLoad(name, out _)))
        {
            return;
        }

        throw new Fault(FaultId.Io, "OpenSSL is missing: none of " + string.Join(", ", Names[..2]) + " can be loaded, and SHA-256 needs it")
        {
            Hint = "install the host's OpenSSL library: the package libssl3 (Debian, Ubuntu), openssl-libs (Red Hat, openEuler) or openssl (others)",
        }.ToException();
    }
}
