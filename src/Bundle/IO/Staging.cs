using System.Globalization;
using Bundle.Faults;
using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>
/// A private folder below a root where files are written before they get their names, on the same file system so that a rename is
/// all it takes. It is locked while its owner lives; what a killed one left is removed by the next.
/// </summary>
internal sealed class Staging : IDisposable
{
    private const string Prefix = ".bundle-staging-";
    private const uint PrivateMode = 0x1C0; // 0700

    private readonly SafeRoot _root;
    private readonly string _name;
    private readonly SafeFileHandle _lock;
    private int _next;

    private Staging(SafeRoot root, bool flushed, string name, SafeFileHandle handle) => (_root, IsFlushed, _name, _lock) = (root, flushed, name, handle);

    /// <summary>Whether its files are flushed before they get their names.</summary>
    public bool IsFlushed { get; }

    /// <summary>Makes a staging folder, and removes what nobody uses any more.</summary>
    public static Staging Create(SafeRoot root, bool flushed)
    {
        foreach (var stale in root.Names("").Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            RemoveStale(root, stale);
        }

        while (true)
        {
            var name = $"{Prefix}{Random.Shared.NextInt64():x16}";
            if (NativeMethods.MakeDirectoryAt(root.Handle, name, PrivateMode) != 0)
            {
                throw SystemError.Last("write to", root.Path);
            }

            // Another process may have taken it for a stale one before it was locked.
            var handle = root.OpenFolder(name, create: false);
            if (handle is not null && NativeMethods.LockOrNone(handle) && FileStat.Of(handle).Links > 0)
            {
                return new Staging(root, flushed, name, handle);
            }

            handle?.Dispose();
        }
    }

    /// <summary>A path for a new file.</summary>
    public string NewPath() => $"{_name}/{Interlocked.Increment(ref _next)}";

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Empty(_root, _name);
        }
        catch (Exception e) when (e is BundleException or IOException or UnauthorizedAccessException)
        {
            // The folder cannot be listed, but what was in it is known; and why the work ended is for others to say.
            for (var i = 1; i <= _next; i++)
            {
                _ = NativeMethods.UnlinkAt(_lock, i.ToString(CultureInfo.InvariantCulture), 0);
            }

            _ = NativeMethods.UnlinkAt(_root.Handle, _name, NativeMethods.RemoveDirectory);
        }

        NativeMethods.Unlock(_lock);
        _lock.Dispose();
    }

    private static void RemoveStale(SafeRoot root, string name)
    {
        try
        {
            using var handle = root.OpenFolder(name, create: false);
            if (handle is not null && NativeMethods.TryLock(handle))
            {
                Empty(root, name);
            }
        }
        catch (BundleException)
        {
            // Not ours, or of another user: it takes space, and does no harm.
        }
    }

    private static void Empty(SafeRoot root, string name)
    {
        foreach (var file in root.Names(name))
        {
            root.Remove($"{name}/{file}");
        }

        _ = NativeMethods.UnlinkAt(root.Handle, name, NativeMethods.RemoveDirectory);
    }
}
