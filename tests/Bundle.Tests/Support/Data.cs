using Bundle.Samples;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>Sets of images to test with: the repository's own, and a corpus where BUNDLE_CORPUS names one.</summary>
internal sealed class Data
{
    private static readonly Lazy<Data> Own = new(MakeOwn);

    private Data(string dir, string next, string? registry) => (Dir, Next, Registry) = (dir, next, registry);

    /// <summary>The tree of skopeo dir images.</summary>
    public string Dir { get; }

    /// <summary>The next release of the same product, as a tree of skopeo dir images.</summary>
    public string Next { get; }

    /// <summary>A registry's storage of the same images; null where there is none.</summary>
    public string? Registry { get; }

    /// <summary>The names of all sets that are there.</summary>
    public static TheoryData<string> Names => Corpus is null ? ["samples"] : ["samples", "corpus"];

    private static string? Corpus => Environment.GetEnvironmentVariable("BUNDLE_CORPUS") is { Length: > 0 } path ? path : null;

    /// <summary>The set of a name.</summary>
    public static Data Of(string name) => name == "samples" ? Own.Value : new Data(Path.Combine(Corpus!, "v1/dir"), Path.Combine(Corpus!, "v2/dir"), Path.Combine(Corpus!, "v1/registry"));

    /// <summary>The image folders, relative to <see cref="Dir"/>.</summary>
    public IReadOnlyList<string> Folders =>
        [.. Directory.EnumerateFiles(Dir, "manifest.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Dir, Path.GetDirectoryName(path)!)).Order(StringComparer.Ordinal)];

    private static Data MakeOwn()
    {
        var folder = Directory.CreateTempSubdirectory("bundle-samples-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        SampleSet.Write(Path.Combine(folder, "images"));
        SampleSet.WriteNext(Path.Combine(folder, "next"));
        return new Data(Path.Combine(folder, "images"), Path.Combine(folder, "next"), null);
    }
}
