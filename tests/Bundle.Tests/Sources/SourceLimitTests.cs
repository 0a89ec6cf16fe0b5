using System.Text;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Model;
using Bundle.Registry;
using Bundle.Sources;
using Bundle.Sources.Docker;
using Bundle.Sources.Trees;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Sources;

/// <summary>The limits of what images are made packages from: what is at one is read, one past it is refused, and why is said.</summary>
public sealed class SourceLimitTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly SourceSet _sources;

    public SourceLimitTests() => _sources = new SourceSet { Temporary = _temp.Path };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sources.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void An_archive_has_at_most_so_many_entries()
    {
        // Global headers: each counts, and takes no memory.
        var entries = new byte[2048 * TarHeader.Block];
        for (var at = 0; at < entries.Length; at += TarHeader.Block)
        {
            TarHeader.Write(entries.AsSpan(at, TarHeader.Block), "x"u8, 420, 0, 0, (byte)'g', default);
        }

        using (var file = File.Create(_temp["a.tar"]))
        {
            for (var i = 0; i < Limits.Count / 2048; i++)
            {
                file.Write(entries);
            }

            file.Write(new byte[TarHeader.Block]);
        }

        using (var archive = ArchiveFile.Open(_temp["a.tar"], _temp.Path, Cancellation))
        {
            Assert.Empty(TarScan.Members(archive, Cancellation));
        }

        using (var file = File.OpenWrite(_temp["a.tar"]))
        {
            file.Position = (long)Limits.Count * TarHeader.Block;
            file.Write(entries.AsSpan(0, TarHeader.Block));
            file.Write(new byte[TarHeader.Block]);
        }

        Assert.Contains("more than 1048576 entries", Refused(() => ArchiveTree.Read(_sources, _temp["a.tar"], Cancellation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_names_of_an_archive_have_at_most_so_many_characters_together()
    {
        // One folder again and again, which counts twice where it is new.
        const int Times = (Limits.ArchiveNames / Limits.ArchiveName) - 1;
        var folder = Entry(new string('x', Limits.ArchiveName), '5');
        using (var file = File.Create(_temp["a.tar"]))
        {
            for (var i = 0; i < Times; i++)
            {
                file.Write(folder);
            }

            file.Write(new byte[TarHeader.Block]);
        }

        using (var sources = new SourceSet())
        {
            Assert.Single(ArchiveTree.Read(sources, _temp["a.tar"], Cancellation).Folders(""));
        }

        using (var file = File.OpenWrite(_temp["a.tar"]))
        {
            file.Position = (long)Times * folder.Length;
            file.Write(Entry("y", '0'));
            file.Write(new byte[TarHeader.Block]);
        }

        Assert.Contains("names of more than", Refused(() => ArchiveTree.Read(_sources, _temp["a.tar"], Cancellation)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('語')]
    public void A_name_in_an_archive_has_at_most_so_many_characters_in_either_form(char letter)
    {
        foreach (var form in (Func<string, byte[]>[])[name => Entry(name, '0'), name => Pax("path", name, '0')])
        {
            var name = new string(letter, Limits.ArchiveName);
            Assert.NotNull(Archive(form(name)).File(name));
            Assert.Matches("a name (of 4097 characters|or a record of 12292 bytes)", Refused(() => Archive(form(name + letter))).Message);
        }
    }

    [Fact]
    public void A_long_name_in_an_archive_is_not_read_whole_to_be_refused() =>
        Assert.Contains("a name or a record of", Refused(() => Archive(Entry(new string('x', (3 * Limits.ArchiveName) + 1), '0'))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_links_target_in_an_archive_has_at_most_so_many_characters()
    {
        var target = new string('t', Limits.ArchiveName);
        Assert.NotNull(Archive(Entry(target, '0'), Pax("linkpath", target, '2')).File("link"));
        Assert.Contains("a link to a name of 4097", Refused(() => Archive(Pax("linkpath", target + "t", '2'))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_record_of_an_archive_has_at_most_so_many_bytes(int more)
    {
        // "LENGTH comment=…\n", and the length has seven digits.
        var record = Encoding.ASCII.GetBytes($"{Limits.ArchiveRecord + more} comment=".PadRight(Limits.ArchiveRecord + more - 1, 'x') + "\n");
        var entries = (byte[][])[Entry("x", 'x', record), Entry("file", '0')];
        if (more == 0)
        {
            Assert.NotNull(Archive(entries).File("file"));
        }
        else
        {
            Assert.Contains("a record of 1048577 bytes", Refused(() => Archive(entries)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Links_of_an_archive_lead_to_at_most_so_many_others()
    {
        byte[][] Chain(int links) => [Entry("link0", '0'), .. Enumerable.Range(1, links).Select(i => Entry($"link{i}", i % 2 == 0 ? '1' : '2', link: $"link{i - 1}"))];
        Assert.NotNull(Archive(Chain(Limits.ArchiveLinks)).File("link8"));
        Assert.Contains("without end", Refused(() => Archive(Chain(Limits.ArchiveLinks + 1)).File("link9")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_or_a_layer_of_one_becomes_at_most_so_large()
    {
        // A byte more: HostileSourceTests and BombTests.
        await Run.Shell($"head -c {Limits.Unpacked} /dev/zero | zstd -q > at", _temp.Path);
        using (var archive = ArchiveFile.Open(_temp["at"], _temp.Path, Cancellation))
        {
            Assert.Equal(Limits.Unpacked, archive.Length);
        }

        var layers = new DockerLayers(new FolderTree(_temp.Path), "");
        Assert.Contains("in it, not the", Refused(() => layers.Find("at", default, Cancellation), FaultId.BlobMismatch).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, Limits.Unpacked)]
    [InlineData(Limits.Unpacked / Limits.UnpackedRatio, Limits.Unpacked)]
    [InlineData((Limits.Unpacked / Limits.UnpackedRatio) + 1, ((Limits.Unpacked / Limits.UnpackedRatio) + 1) * Limits.UnpackedRatio)]
    [InlineData(Limits.Unpacked, Limits.Unpacked * Limits.UnpackedRatio)]
    [InlineData(long.MaxValue, long.MaxValue / Limits.UnpackedRatio * Limits.UnpackedRatio)]
    public void A_large_archive_becomes_at_most_so_many_times_its_size(long size, long allowed) => Assert.Equal(allowed, Decompression.Allowed(size));

    [Theory]
    [InlineData("xz --lzma2=preset=0,dict=128MiB", true)]
    [InlineData("xz --lzma2=preset=0,dict=129MiB", false)]
    [InlineData("zstd -q --long=27", true)]
    [InlineData("zstd -q --long=28", false)]
    public async Task A_compressed_archive_takes_a_dictionary_of_at_most_so_many_bytes(string compress, bool good)
    {
        await Run.Shell($"head -c 100000 /dev/urandom > plain; {compress} < plain > packed", _temp.Path);
        if (good)
        {
            using var archive = ArchiveFile.Open(_temp["packed"], _temp.Path, Cancellation);
            Assert.Equal(100_000, archive.Length);
        }
        else
        {
            Assert.Contains("not supported", Refused(() => ArchiveFile.Open(_temp["packed"], _temp.Path, Cancellation)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_sync_file_has_at_most_so_many_bytes()
    {
        var file = _temp.Write("s.yaml", "r.example:\n  images:\n    a: [\"1\"]\n#".PadRight(Limits.SyncFile, 'x'));
        Assert.Single(Sync(file).Repositories);
        File.AppendAllText(file, "x");
        Assert.Contains("more than 4194304 bytes", Refused(() => Sync(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Limits.SyncDepth, "has no mapping")]
    [InlineData(Limits.SyncDepth + 1, "nests deeper than 16")]
    public void A_sync_file_nests_at_most_so_deep(int depth, string words)
    {
        var file = _temp.Write("s.yaml", new string('[', depth) + new string(']', depth));
        Assert.Contains(words, Refused(() => Sync(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sync_file_names_at_most_so_many_images()
    {
        // An alias names 1,024 tags again and again.
        var tags = string.Join(',', Enumerable.Range(0, 1024).Select(i => $"\"{i}\""));
        var yaml = "r.example:\n  images:\n" + string.Concat(Enumerable.Range(0, Limits.Count / 1024).Select(i => $"    a{i}: {(i == 0 ? $"&a [{tags}]" : "*a")}\n"));
        var file = _temp.Write("s.yaml", yaml);
        Assert.Equal(Limits.Count, Sync(file).Repositories.Sum(one => one.References.Count));
        File.AppendAllText(file, "    more:\n");
        Assert.Contains("names more than 1048576 images", Refused(() => Sync(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("images", "[]")]
    [InlineData("images", "")]
    [InlineData("images", "[\"1\"]")]
    [InlineData("images-by-tag-regex", "^1")]
    [InlineData("images-by-semver", "1.x")]
    public void A_repository_of_a_sync_file_counts_whether_its_tags_are_named_or_not(string kind, string tags)
    {
        var file = _temp.Write("s.yaml", $"r.example:\n  {kind}: &all\n    a: {tags}\n    b: {tags}\ns.example:\n  {kind}: *all\n");
        Assert.Equal(4, SyncFile.Read(file, new RegistryOptions(), most: 4).Repositories.Count);
        Assert.Contains("names more than 3 images", Refused(() => SyncFile.Read(file, new RegistryOptions(), most: 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_images_has_at_most_so_many_bytes()
    {
        var file = _temp.Write("list.txt", "a:1\n#".PadRight(Limits.ImageList, 'x'));
        Assert.Single(ImageList.Read(file));
        File.AppendAllText(file, "x");
        Assert.Contains("more than 16777216 bytes", Refused(() => ImageList.Read(file)).Message, StringComparison.Ordinal);
    }

    private static SyncFile Sync(string path) => SyncFile.Read(path, new RegistryOptions());

    private static Fault Refused(Action act, FaultId? id = null)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var fault = Assert.Throws<BundleException>(act).Fault;
        Assert.Equal(id ?? FaultId.SourceInvalid, fault.Id);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"it took {watch.Elapsed}");
        return fault;
    }

    private static Fault Refused(Func<object?> act, FaultId? id = null) => Refused(() => { _ = act(); }, id);

    private ArchiveTree Archive(params byte[][] entries) =>
        ArchiveTree.Read(_sources, _temp.Write("a.tar", [.. entries.SelectMany(entry => entry), .. new byte[2 * TarHeader.Block]]), Cancellation);

    // With a long name as GNU writes it.
    private static byte[] Entry(string name, char type, byte[]? data = null, string link = "")
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var header = new byte[TarHeader.Length(bytes)];
        TarHeader.Write(header, bytes, 420, data?.Length ?? 0, 0, (byte)type, Encoding.UTF8.GetBytes(link));
        return data is null ? header : [.. header, .. data, .. new byte[TarHeader.Padding(data.Length)]];
    }

    private static byte[] Pax(string key, string value, char type)
    {
        var rest = $" {key}={value}\n";
        var length = Encoding.UTF8.GetByteCount(rest);
        length += length + 4 < 10_000 ? 4 : 5;
        return [.. Entry("x", 'x', Encoding.UTF8.GetBytes(length + rest)), .. Entry("link", type)];
    }
}
