using System.Text;
using Bundle.Faults;

namespace Bundle.Serve.Access;

/// <summary>
/// An htpasswd file: <c>USER:HASH</c> lines with hashes that the host's crypt(3) knows, such as <c>htpasswd -B</c> writes them.
/// Apache's own forms (<c>$apr1$</c>, <c>{SHA}</c>, plain text) are refused: they give the passwords away to whoever gets the file.
/// </summary>
public sealed class PasswordFile
{
    private const string HowTo = "write it with 'htpasswd -B -c FILE USER'";

    private readonly Dictionary<string, string> _hashes;
    private readonly SystemCrypt _crypt;

    private PasswordFile(Dictionary<string, string> hashes, SystemCrypt crypt) => (_hashes, _crypt) = (hashes, crypt);

    /// <summary>Reads a file.</summary>
    /// <exception cref="BundleException">It cannot be read, has a line that is not understood, or the host has no crypt(3).</exception>
    public static PasswordFile Load(string path)
    {
        var crypt = SystemCrypt.TryLoad() ?? throw new Fault(FaultId.Io, "the host has no crypt(3), which checks passwords")
        {
            Hint = "install libcrypt: the package libcrypt1 (Debian, Ubuntu) or libxcrypt (others)",
        }.ToException();
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var hash = line[(colon + 1)..];
            if (colon <= 0 || !IsKnown(crypt, known, hash))
            {
                throw Wrong(path, $"line {number} is no name with a hash that crypt(3) of this host knows");
            }

            if (!hashes.TryAdd(line[..colon], hash))
            {
                throw Wrong(path, $"line {number} has a name that was there before");
            }
        }

        return hashes.Count > 0 ? new PasswordFile(hashes, crypt) : throw Wrong(path, "it has no name");
    }

    /// <summary>Whether a name has a password. A name that is not there takes as long as one that is.</summary>
    public bool Verify(string user, string password)
    {
        var there = _hashes.TryGetValue(user, out var hash);
        return _crypt.Verify(password, hash ?? _hashes.First().Value) && there;
    }

    // One hash of each kind is tried: bcrypt takes its time.
    private static bool IsKnown(SystemCrypt crypt, Dictionary<string, bool> known, string hash)
    {
        if (!hash.StartsWith('$') || hash.IndexOf('$', 1) is var end && end < 0)
        {
            return false;
        }

        var kind = hash[..end];
        return known.TryGetValue(kind, out var answer) ? answer : known[kind] = kind is not "$1" && crypt.Knows(hash);
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return new FileInfo(path).Length <= ServeLimits.PasswordFile ? File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)).Split('\n', StringSplitOptions.TrimEntries)
                : throw Wrong(path, "it is too large");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Fault(FaultId.Io, $"cannot read the password file {path}: {e.Message}") { Entry = path, Hint = HowTo }.ToException(e);
        }
    }

    private static BundleException Wrong(string path, string what) =>
        new Fault(FaultId.Io, $"the password file {path} is wrong: {what}") { Entry = path, Hint = HowTo }.ToException();
}
