using Bundle.Create;
using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>Packages made in this process from any source.</summary>
internal static class Forms
{
    /// <summary>Makes a package.</summary>
    public static CreateResult Create(string output, params string[] sources) => Create(new CreateOptions { Sources = sources, Output = output });

    /// <summary>Makes a package.</summary>
    public static CreateResult Create(CreateOptions options) =>
        Creator.Run(options with { Force = true, Sync = false, Threads = 2 }, NoProgress.Instance, CancellationToken.None);

    /// <summary>Extracts a package.</summary>
    public static ExtractResult Extract(string package, TargetForm form, string to) =>
        Extractor.Run(new ExtractOptions { Input = PackageInput.File(package), Form = form, To = to, Sync = false, Threads = 2 }, NoProgress.Instance, CancellationToken.None);

    /// <summary>What is said of sources that have to be refused; nothing is left of the attempt.</summary>
    public static Fault Refused(FaultId id, TempFolder temp, params string[] sources)
    {
        var folder = Directory.CreateDirectory(temp["refused"]).FullName;
        var fault = Assert.Throws<BundleException>(() => Create(Path.Combine(folder, "p.tar.zst"), sources)).Fault;
        Assert.Equal(id, fault.Id);
        Assert.NotNull(fault.Hint);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        return fault;
    }

    /// <summary>A tree of the images that every form can carry: names without hosts, tags alone, no signatures of skopeo's.</summary>
    public static string Plain(Data data, string to)
    {
        foreach (var folder in data.Folders)
        {
            var reference = ImageReference.TryParse(folder)!;
            if (reference.Tag is null)
            {
                continue;
            }

            var copy = Directory.CreateDirectory(Path.Combine(to, $"{reference.Name.Repository}:{reference.Tag}")).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.Combine(data.Dir, folder)).Where(file => !file.Contains("signature-", StringComparison.Ordinal)))
            {
                File.CreateSymbolicLink(Path.Combine(copy, Path.GetFileName(file)), file);
            }
        }

        return to;
    }
}
