using Bundle.Index;

namespace Bundle.Extract;

/// <summary>Opens the destination of a form.</summary>
internal static class ExtractTarget
{
    public static IExtractTarget Open(ExtractOptions options, BundleIndex index, IReadOnlyList<IndexImage> selected) => options.Form switch
    {
        TargetForm.Dir => new DirTarget(options, index, selected),
        TargetForm.DockerArchive => new DockerArchiveTarget(options, index, selected),
        TargetForm.Registry => new RegistryTarget(options, index, selected),
        _ => new OciTarget(options, index, selected),
    };
}
