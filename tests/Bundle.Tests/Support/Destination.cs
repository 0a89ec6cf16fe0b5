using System.Formats.Tar;
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
    public static Fault? Extract(PackageInput input, TargetForm form, string to, int threads = 2)
    {
        try
        {
            Extractor.Run(new ExtractOptions { Input = input, Form = form, To = to, Sync = false, Threads = threads }, NoProgress.Instance, CancellationToken.None);
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
        if (File.Exists(to))
        {
            Assert.False(failed, to + " appeared though it failed");
            ArchiveHoldsNothingWrong(to);
            return;
        }

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

    private static void ArchiveHoldsNothingWrong(string path)
    {
        using var tar = new TarReader(File.OpenRead(path));
        var blobs = 0;
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (Digest.TryParse("sha256:" + Path.GetFileName(entry.Name), out var digest))
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                Assert.Equal(digest, Digest.Of(content.ToArray()));
                blobs++;
            }
        }

        Assert.NotEqual(0, blobs);
    }
}
