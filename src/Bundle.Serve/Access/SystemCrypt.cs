using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Bundle.Serve.Access;

/// <summary>
/// The host's crypt(3), which knows the hashes that the host's own passwords have: bcrypt, yescrypt, SHA-512. It is loaded
/// where it is needed, as not every host has it.
/// </summary>
internal sealed unsafe class SystemCrypt
{
    // musl has it in libc.
    private static readonly string[] Libraries = ["libcrypt.so.1", "libcrypt.so.2", "libc.so", "libc"];

    private readonly Lock _lock = new();
    private readonly delegate* unmanaged<byte*, byte*, byte*> _crypt;

    private SystemCrypt(nint function) => _crypt = (delegate* unmanaged<byte*, byte*, byte*>)function;

    /// <summary>Loads it; null where the host has none.</summary>
    public static SystemCrypt? TryLoad()
    {
        foreach (var name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "crypt", out var function))
            {
                return new SystemCrypt(function);
            }
        }

        return null;
    }

    /// <summary>Whether a hash is of a kind that it knows.</summary>
    public bool Knows(string hash) => Hash("", hash) is not null;

    /// <summary>Whether a password has a hash; takes the same time whether or not.</summary>
    public bool Verify(string password, string hash) =>
        Hash(password, hash) is { } actual && CryptographicOperations.FixedTimeEquals(actual, Encoding.UTF8.GetBytes(hash));

    // crypt has one result for the whole process, so one thread at a time. A failure is null, or a text that begins with '*'.
    private byte[]? Hash(string password, string setting)
    {
        var (key, salt) = (Encoding.UTF8.GetBytes(password + "\0"), Encoding.UTF8.GetBytes(setting + "\0"));
        lock (_lock)
        {
            fixed (byte* keyStart = key, saltStart = salt)
            {
                var result = _crypt(keyStart, saltStart);
                var text = result is null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(result);
                return text.IsEmpty || text[0] == (byte)'*' ? null : text.ToArray();
            }
        }
    }
}
