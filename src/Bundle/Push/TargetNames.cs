using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;

namespace Bundle.Push;

/// <summary>Gives images the names that they have at the destination.</summary>
internal static class TargetNames
{
    private const int Shown = 10;

    /// <summary>The name of an image there: by the first rule that fits, else flattened or as it is, below the destination's prefix.</summary>
    /// <exception cref="BundleException">No registry would take it.</exception>
    public static ImageName Of(ImageName name, PushOptions options) => Find(name, options) ?? throw new Fault(
        FaultId.NameInvalid, $"{name} would be '{Repository(name, options)}' below {options.Destination}, which is no name of a repository")
    {
        Images = [name.Full],
        Hint = "names have small letters, digits and single . _ - within each part, and at most 255 characters with the registry's: see --map, --prefix and --flat",
    }.ToException();

    /// <summary>The name of an image there; null where no registry would take it.</summary>
    public static ImageName? Find(ImageName name, PushOptions options) => options.Destination.Name(Repository(name, options));

    /// <summary>Refuses different images that would get one tag.</summary>
    /// <exception cref="BundleException">There are such; all of them are told.</exception>
    public static void RequireDistinct(IReadOnlyList<(IndexImage Image, ImageName Target)> images)
    {
        var owners = new Dictionary<string, IndexImage>(StringComparer.Ordinal);
        var conflicts = new List<(string Reference, string Text)>();
        var hit = new List<string>();
        foreach (var (image, target) in images)
        {
            foreach (var tag in image.Tags)
            {
                var reference = $"{target.Full}:{tag}";
                if (!owners.TryAdd(reference, image) && owners[reference] is var owner && owner.Digest != image.Digest)
                {
                    conflicts.Add((reference, $"{owner.Name}:{tag} and {image.Name}:{tag} would both be {reference}"));
                    hit.AddRange([$"{owner.Name}:{tag}", $"{image.Name}:{tag}"]);
                }
            }
        }

        if (conflicts.Count > 0)
        {
            var more = conflicts.Count > Shown ? $"; and {conflicts.Count - Shown} more" : "";
            throw new Fault(FaultId.NameConflict, $"different images would get the same name: {string.Join("; ", conflicts.Take(Shown).Select(one => one.Text))}{more}")
            {
                Entry = conflicts[0].Reference,
                Images = [.. hit.Distinct(StringComparer.Ordinal)],
                Hint = "push without --flat, give some of them another name with --map, or leave some out with --image",
            }.ToException();
        }
    }

    private static string Repository(ImageName name, PushOptions options) =>
        options.Rules.Select(rule => rule.Apply(name)).FirstOrDefault(renamed => renamed is not null)
        ?? (options.Flat ? name.Repository[(name.Repository.LastIndexOf('/') + 1)..] : name.Repository);
}
