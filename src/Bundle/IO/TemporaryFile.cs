using Microsoft.Win32.SafeHandles;

namespace Bundle.IO;

/// <summary>Files without a name: however the program ends, nothing is left of them.</summary>
internal static class TemporaryFile
{
    private const uint Mode = 0x180; // 0600

    /// <summary>Makes one in a folder's file system.</summary>
    /// <exception cref="Faults.BundleException">The folder is not there, or cannot be written to.</exception>
    public static SafeFileHandle Create(string folder)
    {
        var handle = NativeMethods.OpenAt(NativeMethods.CurrentFolder, folder, NativeMethods.TemporaryFile | NativeMethods.ReadWrite | NativeMethods.CloseOnExec, Mode);
        if (handle >= 0)
        {
            return new SafeFileHandle(handle, ownsHandle: true);
        }

        // A file system without that flag (overlays, NFS): a name for a moment.
        var path = Path.Combine(folder, $".bundle-{Random.Shared.NextInt64():x16}");
        handle = NativeMethods.OpenAt(NativeMethods.CurrentFolder, path, NativeMethods.ReadWrite | NativeMethods.Create | NativeMethods.Exclusive | NativeMethods.CloseOnExec, Mode);
        if (handle < 0)
        {
            throw SystemError.Last("make a temporary file in", folder);
        }

        File.Delete(path);
        return new SafeFileHandle(handle, ownsHandle: true);
    }
}
