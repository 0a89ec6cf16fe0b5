using Bundle.Extract;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Reading;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Reading;

/// <summary>Random access: what it gives is what an extraction gives, and never anything else.</summary>
public sealed class PackageReaderTests
{
    public static TheoryData<string> Valid => Vectors.Valid;

    public static TheoryData<string> Invalid => Vectors.Invalid;

    [Theory]
    [MemberData(nameof(Valid))]
    public void Every_entry_of_a_valid_package_is_there(string name)
    {
        using var reader = PackageReader.Open(PackageInput.File(Vectors.PathOf(name)));
        Assert.Equal(reader.BundleDigest, Digest.Of(reader.IndexBytes));
        for (var entry = 0; entry < reader.Layout.Entries.Count; entry++)
        {
            var content = Read(reader.OpenEntry(entry));
            Assert.Equal(reader.Layout.Entries[entry].Size, content.Length);
            Assert.Equal(reader.Layout.DigestOf(entry) ?? Digest.Of(reader.Layout.DerivedData(entry)), Digest.Of(content));
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_package_gives_right_content_or_an_error(string name)
    {
        var faults = new List<Fault>();
        try
        {
            using var reader = PackageReader.Open(PackageInput.File(Vectors.PathOf(name)));
            for (var entry = 0; entry < reader.Layout.Entries.Count; entry++)
            {
                try
                {
                    var content = Read(reader.OpenEntry(entry));
                    Assert.Equal(reader.Layout.DigestOf(entry) ?? Digest.Of(content), Digest.Of(content));
                }
                catch (BundleException e)
                {
                    // Where it is: in the package, or for a part that is missing, which file.
                    Assert.True(e.Fault.Offset is not null || (e.Fault.Id == FaultId.PartMissing && e.Fault.Entry is not null));
                    faults.Add(e.Fault);
                }
            }
        }
        catch (BundleException e)
        {
            faults.Add(e.Fault);
        }

        Assert.All(faults, fault => Assert.Equal(FaultClass.Package, fault.Id.Class));
        if (name.StartsWith("check-1-", StringComparison.Ordinal))
        {
            Assert.Contains(faults, fault => fault.Id == FaultId.ContentDamaged && fault.Digest is not null && (fault.Images.Count > 0 || name == "check-1-file"));
        }
    }

    [Fact]
    public void Blobs_and_files_are_those_that_an_extraction_writes()
    {
        using var temp = new TempFolder();
        var package = Sample(temp);
        Assert.Null(Destination.Extract(PackageInput.File(package), TargetForm.Oci, temp["out"]));
        using var reader = PackageReader.Open(PackageInput.File(package));
        for (var blob = 0; blob < reader.Index.Blobs.Count; blob++)
        {
            Assert.Equal(File.ReadAllBytes(temp["out/blobs/sha256/" + reader.Index.Blobs[blob].Digest.Hex]), Read(reader.OpenBlob(blob)!));
        }
    }

    [Fact]
    public void A_range_is_that_piece_of_the_whole()
    {
        using var temp = new TempFolder();
        using var reader = PackageReader.Open(PackageInput.File(Sample(temp)));
        for (var blob = 0; blob < reader.Index.Blobs.Count; blob++)
        {
            var entry = reader.EntryOf(blob)!.Value;
            var whole = Read(reader.OpenEntry(entry));
            foreach (var at in (int[])[0, 1, Limits.Frame - 1, Limits.Frame, Limits.Frame + 1, whole.Length - 1, whole.Length])
            {
                foreach (var length in (int[])[0, 1, 1000, Limits.Frame, whole.Length - at])
                {
                    if (at >= 0 && length >= 0 && at + length <= whole.Length)
                    {
                        Assert.True(whole.AsSpan(at, length).SequenceEqual(Read(reader.OpenEntry(entry, at, length))), $"{at}+{length} of blob {blob}");
                    }
                }
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => reader.OpenEntry(entry, whole.Length, 1));
        }
    }

    [Fact]
    public void Many_threads_read_at_once()
    {
        using var temp = new TempFolder();
        using var reader = PackageReader.Open(PackageInput.File(Sample(temp)));
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var blob = i * 7 % reader.Index.Blobs.Count;
            Assert.Equal(reader.Index.Blobs[blob].Digest, Digest.Of(Read(reader.OpenBlob(blob)!)));
        });
    }

    [Fact]
    public void The_last_piece_of_a_damaged_blob_is_never_handed_out()
    {
        using var reader = PackageReader.Open(PackageInput.File(Vectors.PathOf("check-2-very-large")));
        var handedOut = new Dictionary<int, long>();
        for (var blob = 0; blob < reader.Index.Blobs.Count; blob++)
        {
            try
            {
                using var stream = reader.OpenBlob(blob)!;
                var buffer = new byte[5000];
                while (stream.Read(buffer) is > 0 and var read)
                {
                    handedOut[blob] = handedOut.GetValueOrDefault(blob) + read;
                }
            }
            catch (BundleException e) when (e.Fault.Id == FaultId.ContentDamaged)
            {
                Assert.True(handedOut.GetValueOrDefault(blob) < reader.Index.Blobs[blob].Size);
                Assert.NotEmpty(e.Fault.Images);
                return;
            }
        }

        Assert.Fail("no damage was told");
    }

    [Fact]
    public void A_stream_is_refused()
    {
        var bytes = File.ReadAllBytes(Vectors.PathOf("good-minimal"));
        var fault = Assert.Throws<BundleException>(() => PackageReader.Open(PackageInput.From(new Pipe(bytes)))).Fault;
        Assert.Equal(FaultClass.Failed, fault.Id.Class);
        Assert.NotNull(fault.Hint);
    }

    private static string Sample(TempFolder temp)
    {
        var output = temp["p.tar.zst"];
        Run.Good("create", Data.Of("samples").Dir, "--output", output).GetAwaiter().GetResult();
        return output;
    }

    private static byte[] Read(Stream stream)
    {
        using (stream)
        {
            using var all = new MemoryStream();
            stream.CopyTo(all);
            return all.ToArray();
        }
    }
}
