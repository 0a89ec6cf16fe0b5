using Bundle.Faults;

namespace Bundle.Sources;

/// <summary>Where a content can be read, in order from its beginning: a file, a part of one, a package, a registry.</summary>
/// <param name="name">What messages call the place: a path, or the like.</param>
/// <param name="length">How many bytes there are.</param>
internal abstract class BlobLocation(string name, long length)
{
    /// <summary>What messages call the place.</summary>
    public string Name { get; } = name;

    /// <summary>How many bytes there are.</summary>
    public long Length { get; } = length;

    /// <summary>Whether reading it costs more than a disk's time: it is never read just to compare it.</summary>
    public virtual bool IsRemote => false;

    /// <summary>Opens it at its beginning. What comes is not verified, and may end too early.</summary>
    /// <exception cref="IOException"/>
    /// <exception cref="BundleException"/>
    public abstract Stream Open();

    /// <summary>What the place is, whatever it is called: equal for all locations of one place, and only for these.</summary>
    public abstract object Identity { get; }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="BundleException">It is longer than the limit.</exception>
    public byte[] ReadAll(int limit)
    {
        if (Length > limit)
        {
            throw new Fault(FaultId.SourceInvalid, $"{Name} has {Length} bytes, more than the {limit} that are allowed")
            {
                Entry = Name,
                Hint = "push the image anew with fewer entries",
            }.ToException();
        }

        var bytes = new byte[Length];
        using var stream = Open();
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
