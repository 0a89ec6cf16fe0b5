using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Xunit;

namespace Bundle.Tests.Support;

/// <summary>Extracts in this process, and looks at what is left.</summary>
internal static class Destination
{
    // Extra files may lie deeper than a path can say.
    private static readonly EnumerationOptions Reachable = new() { RecurseSubdirectories = true, MaxRecursionDepth = 40, AttributesToSkip = FileAttributes.None };

    /// <summary>Extracts; null where it went well, else the fault.</summary>
    public static Fault? Extract(PackageInput input, TargetForm form, string to)
    {
        try
        {
            Extractor.Run(new ExtractOptions { Input = input, Form = form, To = to, Sync = false, Threads = 2 }, NoProgress.Instance, CancellationToken.None);
            return null;
        }
        catch (BundleException e)
        {
            return e.Fault;
        }
    }

    /// <summary>Nothing half-written, nothing wrong under a blob's name, no image where it failed, nothing outside.</summary>
    public static void HoldsNothingWrong(string to, bool failed)
    {
        Assert.Equal([to], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(to)!));
        foreach (var path in Directory.EnumerateFiles(to, "*", Reachable))
        {
            Assert.DoesNotContain(".bundle-", path, StringComparison.Ordinal);
            var name = Path.GetFileName(path) == "data" ? Path.GetFileName(Path.GetDirectoryName(path)!) : Path.GetFileName(path).Replace(".manifest.json", "", StringComparison.Ordinal);
            if (Digest.TryParse("sha256:" + name, out var digest))
            {
                Assert.Equal(digest, Digest.Of(File.ReadAllBytes(path)));
            }

            Assert.False(failed && Path.GetFileName(path) is "link" or "index.json" or "manifest.json", path + " makes an image visible");
        }
    }
}
