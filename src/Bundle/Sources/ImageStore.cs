using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Sources;

/// <summary>A place that has manifests and blobs by digest: an image's folder, a layout, a registry's storage, a package, a registry.</summary>
internal abstract class ImageStore
{
    /// <summary>The place, for messages.</summary>
    public abstract string Origin { get; }

    /// <summary>What to do where something is missing or damaged.</summary>
    public virtual string Remedy => "fetch the image again";

    /// <summary>Where a manifest is; null where it is not there.</summary>
    /// <exception cref="BundleException">Something else is in its place.</exception>
    public abstract BlobLocation? Manifest(Digest digest);

    /// <summary>Where a config or layer is; null where it is not there.</summary>
    /// <param name="blob">As the manifest that needs it says.</param>
    /// <exception cref="BundleException">Something else is in its place.</exception>
    public abstract BlobLocation? Blob(Descriptor blob);

    /// <summary>Where something would be that is not there, for messages.</summary>
    public abstract string PlaceOf(Digest digest, bool isManifest);

    /// <summary>Whether a blob that is missing here may come from another source: so it is with what an incremental package leaves to its bases.</summary>
    public virtual bool MayLend(Digest blob) => false;

    /// <summary>Whether a list's child was left out when the store was made, so that it is left out again.</summary>
    public virtual bool Omits(Digest child) => false;
}
