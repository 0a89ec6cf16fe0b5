using System.CommandLine;
using System.Text;
using Bundle.Faults;
using Bundle.Keys;

namespace Bundle.Cli.Commands;

/// <summary>The options that name keys, and where passwords come from: a file or the environment, never the command line, which others can read.</summary>
internal static class KeyOptions
{
    private static readonly string[] Variables = ["BUNDLE_PASSWORD", "COSIGN_PASSWORD"];

    /// <summary>The option <c>--key</c> of what reads packages.</summary>
    public static Option<string[]> Trust() => new("--key")
    {
        HelpName = "PUB",
        Description = "Only a package that this public key (PEM) signed; may be repeated: any of them",
    };

    /// <summary>The option <c>--sign</c>.</summary>
    public static Option<string> Sign(string description) => new("--sign") { HelpName = "KEY", Description = description };

    /// <summary>The option <c>--password-file</c>.</summary>
    public static Option<string> PasswordFile() => new("--password-file")
    {
        HelpName = "FILE",
        Description = "The private key's password; default: BUNDLE_PASSWORD or COSIGN_PASSWORD",
    };

    /// <summary>Opens a private key; null where none is named.</summary>
    /// <exception cref="BundleException">It cannot be used, or its password is wrong or missing.</exception>
    public static SigningKey? Open(string? path, string? passwordFile)
    {
        if (path is null)
        {
            return passwordFile is null ? null : throw new UsageException("--password-file goes with a private key", "name the key, or leave --password-file out");
        }

        return SigningKey.Read(path, () => passwordFile is null ? FromEnvironment() : FromFile(passwordFile));
    }

    private static byte[]? FromEnvironment() =>
        Variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => value is not null) is { } password ? Encoding.UTF8.GetBytes(password) : null;

    // As everywhere, a newline at the end is an editor's and no part of the password.
    private static byte[] FromFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[Limits.Password + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > Limits.Password)
            {
                throw new Fault(FaultId.KeyInvalid, $"the password file {path} has more than {Limits.Password} bytes") { Entry = path }.ToException();
            }

            var password = bytes.AsSpan(0, length);
            password = password.EndsWith("\r\n"u8) ? password[..^2] : password.EndsWith("\n"u8) ? password[..^1] : password;
            return password.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Fault(FaultId.KeyInvalid, $"the password file {path} cannot be read") { Entry = path, Hint = "check the path" }.ToException(e);
        }
    }
}
