using Bundle.Create;
using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Tests.Support;
using Bundle.Verify;
using CsCheck;
using Xunit;

namespace Bundle.Tests.Properties;

/// <summary>What holds of any set of images, and of any damage. A failure prints the seed that repeats it.</summary>
public sealed class RoundTripTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("BUNDLE_ROUNDS") is { Length: > 0 } rounds ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 30;

    [Fact]
    public void Any_set_of_images_comes_back_in_every_form() => Recipe.Any.Sample(
        recipe =>
        {
            using var temp = new TempFolder(inMemory: true);
            recipe.Write(temp.Path);
            var bytes = Package(temp);
            Assert.Empty(Verifier.Run(PackageInput.File(temp["p.tar.zst"]), 2, NoProgress.Instance, CancellationToken.None).Faults);
            var images = Tree.Of(temp["images"]);
            var extra = Tree.Of(temp["extra"]);
            foreach (var form in (TargetForm[])[TargetForm.Dir, TargetForm.Registry, TargetForm.Oci])
            {
                Assert.Null(Destination.Extract(PackageInput.From(new Pipe(bytes, 30_000)), form, temp["piped"]));
                Assert.Null(Destination.Extract(PackageInput.File(temp["p.tar.zst"]), form, temp["filed"]));
                Tree.Of(temp["piped"]).Is(Tree.Of(temp["filed"]), $"{form}, piped and from a file");
                Tree.Of(temp["filed/files/extra"]).Is(extra, "extra files");
                SameModes(temp["extra"], temp["filed/files/extra"]);
                Directory.Delete(temp["piped"], recursive: true);
                if (Directory.Exists(temp["filed/files"]))
                {
                    Directory.Delete(temp["filed/files"], recursive: true);
                }

                Same(form, images, temp["filed"]);
                Directory.Delete(temp["filed"], recursive: true);
            }

            Figures.Count("sets of images through every form");
        },
        iter: Rounds,
        threads: 1);

    [Fact]
    public void Any_damage_is_told_and_never_extracted() => Gen.Select(Recipe.Any, Gen.Select(Gen.Int[0, 5], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]).Array[40]).Sample(
        (recipe, damages) =>
        {
            using var temp = new TempFolder(inMemory: true);
            recipe.Write(temp.Path);
            var good = Package(temp);
            Assert.Null(Destination.Extract(PackageInput.File(temp["p.tar.zst"]), TargetForm.Registry, temp["good"]));
            var whole = Tree.Of(temp["good"]);
            foreach (var (kind, at, by) in damages)
            {
                Told(temp, whole, Damaged(good, kind, at % good.Length, by), $"damage {kind} at {at % good.Length} by {by}");
                Figures.Count("damaged packages");
            }
        },
        iter: Math.Max(2, Rounds / 5),
        threads: 1);

    private static byte[] Package(TempFolder temp)
    {
        Creator.Run(
            new CreateOptions { Sources = [temp["images"]], Includes = [temp["extra"]], Output = temp["p.tar.zst"], Sync = false, Threads = 2 }, NoProgress.Instance, CancellationToken.None);
        return File.ReadAllBytes(temp["p.tar.zst"]);
    }

    private static void Told(TempFolder temp, Tree whole, byte[] bad, string what)
    {
        var path = temp.Write("bad", bad);
        Assert.False(Verifier.Run(PackageInput.From(new Pipe(bad, 50_000)), 1, NoProgress.Instance, CancellationToken.None).IsWhole, what);
        Assert.False(Verifier.Run(PackageInput.File(path), 1, NoProgress.Instance, CancellationToken.None).IsWhole, what + ", as a file");
        var fault = Destination.Extract(PackageInput.From(new Pipe(bad, 50_000)), TargetForm.Registry, temp["out"]);
        Assert.True(fault is { Id.Class: FaultClass.Package }, what + ", extracted");
        Tree.Of(temp["out"]).IsPartOf(whole, what);
        Assert.Empty(Tree.Of(temp["out"]).Temporary);

        // From a file, frames that hold nothing wanted are not read; what is read is right.
        _ = Destination.Extract(PackageInput.File(path), TargetForm.Registry, temp["out"]);
        Tree.Of(temp["out"]).IsPartOf(whole, what);
        if (Directory.Exists(temp["out"]))
        {
            Directory.Delete(temp["out"], recursive: true);
        }
    }

    private static byte[] Damaged(byte[] good, int kind, int at, int by)
    {
        byte[] flipped = [.. good];
        flipped[at] ^= (byte)(1 << (by % 8));
        var length = 1 + (by % Math.Min(200, good.Length - at));
        return kind switch
        {
            0 or 1 => flipped,
            2 => good[..at],
            3 => [.. good[..at], (byte)by, .. good[at..]],
            4 => [.. good[..at], .. good[(at + length)..]],
            _ => [.. good[..(at + length)], .. good[at..]],
        };
    }

    private static void Same(TargetForm form, Tree images, string folder)
    {
        if (form == TargetForm.Dir)
        {
            Tree.Of(folder).Is(images, "dir");
            return;
        }

        // The blobs are those of the images, each once; and each is what its name says.
        var expected = images.Files.Where(one => Path.GetFileName(one.Key) != "version").Select(one => Digest.Of(one.Value)).ToHashSet();
        var found = Tree.Of(folder).Files.Where(one => one.Key.Contains("blobs/sha256/", StringComparison.Ordinal)).ToList();
        Assert.Equal(expected.Count, found.Count);
        foreach (var (path, bytes) in found)
        {
            var hex = form == TargetForm.Oci ? Path.GetFileName(path) : Path.GetFileName(Path.GetDirectoryName(path)!);
            Assert.Equal(hex, Digest.Of(bytes).Hex);
            Assert.Contains(Digest.Of(bytes), expected);
        }
    }

    private static void SameModes(string expected, string found)
    {
        foreach (var path in Directory.EnumerateFiles(expected, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(File.GetUnixFileMode(path), File.GetUnixFileMode(Path.Combine(found, Path.GetRelativePath(expected, path))));
        }
    }
}
