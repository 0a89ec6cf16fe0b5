using Bundle.Model;

namespace Bundle.Sources;

/// <summary>Which children of lists are wanted, by platform.</summary>
/// <param name="wanted">As <c>os/architecture</c>, which means every variant, or <c>os/architecture/variant</c>; empty for all.</param>
internal sealed class PlatformSelection(IReadOnlyList<string> wanted)
{
    /// <summary>Every platform.</summary>
    public static readonly PlatformSelection All = new([]);

    /// <summary>
    /// The children that are kept: those of a wanted platform, those that say none (nested lists), and attestations of what is
    /// kept (buildx gives them the platform <c>unknown/unknown</c>, and an annotation that names whom they are about).
    /// All of them where none fits: such a list has nothing to choose.
    /// </summary>
    public IReadOnlySet<Descriptor> Choose(IReadOnlyList<Descriptor> children)
    {
        var fitting = children.Where(child => child.Platform is null || IsWanted(child.Platform)).ToHashSet();
        if (wanted.Count == 0 || !fitting.Any(child => child.Platform is not null))
        {
            return children.ToHashSet();
        }

        var digests = fitting.Select(child => child.Digest).ToHashSet();
        fitting.UnionWith(children.Where(child => child.About is { } subject && digests.Contains(subject)));
        return fitting;
    }

    /// <summary>Whether there is something to choose: false where children have platforms, and none of them is wanted.</summary>
    public bool Fits(IReadOnlyList<Descriptor> children) =>
        wanted.Count == 0 || children.Any(Names) || !children.Any(child => child.Platform is not null && child.About is null);

    /// <summary>Whether a child says that it is of a wanted platform.</summary>
    public bool Names(Descriptor child) => child.Platform is { } platform && IsWanted(platform);

    private bool IsWanted(string platform) =>
        wanted.Any(one => platform == one || (platform.StartsWith(one, StringComparison.Ordinal) && platform[one.Length] == '/'));
}
