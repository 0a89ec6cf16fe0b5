using System.Text;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using Bundle.Verify;
using Xunit;

namespace Bundle.Tests.Reading;

/// <summary>What a report makes of damage: where it is, to the byte, and which images it hits and which not.</summary>
public sealed class DamageLogTests
{
    private const string App = "example/app:1", Base = "example/base:1";
    private const long Range = Limits.Range;

    private readonly PackageLayout _layout = Make();

    // A frame of small entries, and the first of two with a large layer's data.
    private const int Small = 1, Large = 2;

    [Fact]
    public void Damaged_ranges_beside_each_other_are_one()
    {
        Assert.Empty(DamageLog.Compare([1, 2, 3], [1, 2, 3], 3 * Range));
        Assert.Equal([(Range, 2 * Range)], DamageLog.Compare([1, 9, 9, 4], [1, 2, 3, 4], 4 * Range));
        Assert.Equal([(0, Range), (2 * Range, 10)], DamageLog.Compare([9, 2, 9], [1, 2, 3], (2 * Range) + 10));
        Assert.Equal([(Range, Range)], DamageLog.Compare([1], [1, 2], 2 * Range));
        Assert.Equal([(Range, 1)], DamageLog.Compare([1, 2], [1], Range));
    }

    [Fact]
    public void A_fault_of_a_frame_has_the_frames_place_entry_and_images()
    {
        var fault = Assert.Single(Report(Large, Fault(), null));
        Assert.Equal((1000, 500), (fault.Offset, fault.Length));
        Assert.Equal(_layout.NameOf(_layout.Frames[Large].FirstEntry), fault.Entry);
        Assert.Equal(_layout.DigestOf(_layout.Frames[Large].FirstEntry), fault.Digest);
        Assert.Equal([App], fault.Images);

        fault = Assert.Single(Report(Small, Fault(), null));
        Assert.Equal((1000, 500), (fault.Offset, fault.Length));
        Assert.Null(fault.Entry);
        Assert.Null(fault.Digest);
        Assert.Equal([App, Base], fault.Images.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("small", App)]
    [InlineData("shared", App, Base)]
    [InlineData("elsewhere", App, Base)]
    public void A_fault_of_a_small_entry_hits_the_images_of_that_entry(string content, params string[] images)
    {
        var fault = Assert.Single(Report(Small, Fault() with { Entry = "its own", Digest = DigestOf(content) }, null));
        Assert.Equal(images, fault.Images.Order(StringComparer.Ordinal));
        Assert.Equal(("its own", DigestOf(content)), (fault.Entry, fault.Digest));
    }

    [Fact]
    public void The_ranges_narrow_a_fault_to_what_is_damaged()
    {
        Place(Report(Large, Fault(), [(0, 1100)]), (1000, 100));
        Place(Report(Large, Fault(), [(1200, 100)]), (1200, 100));
        Place(Report(Large, Fault(), [(900, 150), (1200, 100), (1400, 1000)]), (1000, 500));
        Place(Report(Large, Fault(), [(1200, 100), (1400, 50)]), (1200, 250));
        Place(Report(Large, Fault(), [(999, 2)]), (1000, 1));
        Place(Report(Large, Fault(), [(1499, 2)]), (1499, 1));
    }

    [Fact]
    public void A_range_that_no_fault_explains_is_told_with_the_images_that_stand_there()
    {
        var faults = Report(Large, Fault(), [(500, 500), (1500, 10)]);
        Place(faults, (500, 500), (1000, 500), (1500, 10));
        Assert.Equal([FaultId.RangeDamaged, FaultId.FrameInvalid, FaultId.RangeDamaged], faults.Select(fault => fault.Id));
        Assert.Empty(faults[0].Images);

        var log = new DamageLog();
        log.Place(Small, 0, 1000);
        log.Place(Large, 1000, 500);
        log.Place(_layout.Frames.Count, 0, 5000);
        Images(log, (999, 1), App, Base);
        Images(log, (999, 2), App, Base);
        Images(log, (1000, 1), App);
        Images(log, (1499, 9), App);
        Images(log, (1500, 9));
        Assert.Empty(Assert.Single(log.Report(null, [(0, 9)])).Images);

        // A fault without a length is one of a byte; one without a place explains nothing.
        log.Add(Fault() with { Offset = 20 });
        log.Add(Fault() with { Offset = null });
        Place(log.Report(_layout, [(20, 1), (21, 1)]), (20, null), (21, 1), (null, null));
        Place(log.Report(_layout, [(19, 1)]), (19, 1), (20, null), (null, null));
    }

    [Fact]
    public void A_fault_without_a_layout_or_behind_it_has_its_place_alone()
    {
        foreach (var (frame, layout) in new[] { (Large, (PackageLayout?)null), (_layout.Frames.Count, _layout) })
        {
            var log = new DamageLog();
            log.Place(frame, 1000, 500);
            log.Add(frame, Fault());
            var fault = Assert.Single(log.Report(layout, [(1100, 10)]));
            Assert.Equal((1100, 10, null, 0), (fault.Offset, fault.Length, fault.Entry, fault.Images.Count));
        }

        var unplaced = new DamageLog();
        unplaced.Add(Large, Fault() with { Offset = 70, Length = 7 });
        unplaced.Add(Large, Fault());
        Place(unplaced.Report(_layout, null), (0, 0), (70, 7));
    }

    [Fact]
    public void It_is_clean_until_something_is_added_and_keeps_a_bounded_number()
    {
        var (frames, others) = (new DamageLog(), new DamageLog());
        frames.Place(Large, 1, 1);
        Assert.True(frames.IsClean);
        for (var i = 0; i < 10_001; i++)
        {
            frames.Add(Large, Fault());
            others.Add(Fault());
            Assert.False(frames.IsClean || others.IsClean);
        }

        Assert.Equal(10_000, frames.Report(null, null).Count);
        Assert.Equal(10_000, others.Report(null, null).Count);
    }

    private IReadOnlyList<Fault> Report(int frame, Fault fault, IReadOnlyList<(long Offset, long Length)>? damaged)
    {
        var log = new DamageLog();
        log.Place(frame, 1000, 500);
        log.Add(frame, fault);
        return log.Report(_layout, damaged);
    }

    private static void Place(IEnumerable<Fault> faults, params (long?, long?)[] places) => Assert.Equal(places, faults.Select(fault => (fault.Offset, fault.Length)));

    private void Images(DamageLog log, (long, long) range, params string[] images)
    {
        var fault = Assert.Single(log.Report(_layout, [range]));
        Assert.Equal((range.Item1, range.Item2), (fault.Offset, fault.Length));
        Assert.Equal(images, fault.Images);
    }

    private static Fault Fault() => new(FaultId.FrameInvalid, "a frame is damaged");

    private static Digest DigestOf(string content) => Digest.Of(Encoding.ASCII.GetBytes(content));

    private static PackageLayout Make()
    {
        var builder = new IndexBuilder();
        Add(builder, "example/base", ("shared", 7));
        Add(builder, "example/app", ("small", 5), ("shared", 7), ("large", (long)Limits.Frame + 1));
        builder.AddFile(new IndexFile("file", 420, 4, DigestOf("file")));
        var index = builder.Build();
        var layout = new PackageLayout(index, IndexWriter.Write(index), 0);
        Assert.Equal([false, false, true, true, false], layout.Frames.Select(frame => frame.IsData));
        return layout;
    }

    private static void Add(IndexBuilder builder, string name, params (string Content, long Size)[] layers)
    {
        var json = Encoding.ASCII.GetBytes($$"""{"schemaVersion":2,"config":{{Part(name, 2)}},"layers":[{{string.Join(',', layers.Select(layer => Part(layer.Content, layer.Size)))}}]}""");
        builder.AddManifest(Digest.Of(json), json.Length, Manifest.Parse(json));
        builder.AddImage(ImageName.TryParse(name)!, ["1"], false, Digest.Of(json), [], []);
    }

    private static string Part(string content, long size) => $$"""{"mediaType":"x/y","digest":"{{DigestOf(content)}}","size":{{size}}}""";
}
