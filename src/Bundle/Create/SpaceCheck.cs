using Bundle.Faults;
using Bundle.Format;
using Bundle.Sources;

namespace Bundle.Create;

/// <summary>Whether a package will fit, before it is written.</summary>
internal static class SpaceCheck
{
    /// <summary>
    /// Refuses where the package cannot fit. Its size is known but for what compression saves on content that is not
    /// compressed yet; so where the upper bound does not fit, what is compressed already is counted alone.
    /// </summary>
    /// <exception cref="BundleException">The output's file system has too little space.</exception>
    public static void Require(string output, PackageLayout layout, Func<int, BlobLocation> locate)
    {
        var free = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(output))!).AvailableFreeSpace;
        if (layout.StreamLength + (layout.StreamLength / 1024) < free)
        {
            return;
        }

        long least = 0;
        for (var i = 0; i < layout.Entries.Count; i++)
        {
            if (layout.Entries[i] is { IsLarge: true, IsDerived: false } entry && locate(i) is { IsRemote: false } location && ContentKind.IsCompressed(Begin(location)))
            {
                least += entry.Size;
            }
        }

        if (least > free)
        {
            throw new Fault(FaultId.NoSpace, $"the package needs at least {least} bytes, {free} are free")
            {
                Entry = output,
                Hint = "free some space, or write to another file system",
            }.ToException();
        }
    }

    private static byte[] Begin(BlobLocation location)
    {
        var bytes = new byte[ContentKind.Magic];
        using var stream = location.Open();
        _ = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes;
    }
}
