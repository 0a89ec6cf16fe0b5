using Bundle.Create;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Parts;
using Bundle.Tests.Support;
using Bundle.Verify;
using Xunit;

namespace Bundle.Tests.Transfer;

/// <summary>What a check says of each part of a split package (spec PART-4), in memory of its three parts: which file, where in the package, which images, and nothing twice.</summary>
public sealed class PartVerdictTests : IDisposable
{
    private const string FileName = "good-split.tar.zst";
    private const string Image = "example/app:1.0";

    private static readonly string[] All = ["001", "002", "003", "parts"];

    private readonly TempFolder _temp = new();
    private readonly byte[][] _parts;

    public PartVerdictTests()
    {
        foreach (var suffix in All)
        {
            File.Copy(Path.Combine(Path.GetDirectoryName(Vectors.PathOf("good-split"))!, FileName + "." + suffix), PathOf(suffix));
        }

        _parts = [.. All[..3].Select(suffix => File.ReadAllBytes(PathOf(suffix)))];
    }

    // What messages call it.
    private string Package => _temp[FileName];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Nothing_is_said_of_what_is_whole()
    {
        var report = Check();
        Assert.Empty(report.Faults);
        Assert.Equal(1731, report.Size);
        Assert.All([1, 2, 3], number => Assert.True(CheckPart(number).IsWhole));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_missing_part_is_one_fault_with_all_that_it_hits(int number)
    {
        File.Delete(PathOf(number));
        var fault = Only(FaultId.PartMissing, number);
        Assert.Equal($"{Package}.00{number} is missing: part {number} of 3", fault.Message);
        Assert.Equal("transfer this part too", fault.Hint);

        // Without the head nobody knows the images.
        Assert.Equal(number == 1 ? [] : [Image], fault.Images);
    }

    [Theory]
    [InlineData(1, 699)]
    [InlineData(1, 0)]
    [InlineData(2, 300)]
    [InlineData(3, 330)]
    [InlineData(3, 0)]
    public void A_part_that_is_cut_is_one_fault(int number, int length)
    {
        File.WriteAllBytes(PathOf(number), _parts[number - 1][..length]);
        var fault = Only(FaultId.PartDamaged, number);
        Assert.Equal($"{Package}.00{number}, part {number} of 3, has {length} bytes instead of {_parts[number - 1].Length} [PART-2]", fault.Message);
        Assert.Equal("transfer this part again", fault.Hint);
        Assert.Equal((number, 3, length, false), (CheckPart(number).Number, CheckPart(number).Count, CheckPart(number).Size, CheckPart(number).IsWhole));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_part_with_bytes_too_many_is_told_and_no_more(int number)
    {
        File.WriteAllBytes(PathOf(number), [.. _parts[number - 1], 0]);
        Assert.Empty(Only(FaultId.PartDamaged, number).Images);
        Assert.False(CheckPart(number).IsWhole);
    }

    [Fact]
    public void Of_exchanged_parts_each_is_told_whose_bytes_it_has()
    {
        File.WriteAllBytes(PathOf(1), _parts[1]);
        File.WriteAllBytes(PathOf(2), _parts[0]);
        var faults = Check().Faults;
        Assert.Equal([FaultId.PartExchanged, FaultId.PartExchanged], faults.Select(fault => fault.Id));
        Assert.Equal([$"{Package}.001, part 1 of 3, holds the bytes of {Package}.002 [PART-4]", $"{Package}.002, part 2 of 3, holds the bytes of {Package}.001 [PART-4]"], faults.Select(fault => fault.Message));
        Assert.Equal(["give the parts their right names", "give the parts their right names"], faults.Select(fault => fault.Hint));
        Assert.Equal([0, 700], faults.Select(fault => fault.Offset));
        Assert.False(CheckPart(1).IsWhole);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_part_of_other_bytes_is_told_beside_what_is_wrong_in_it(int number)
    {
        var bytes = _parts[number - 1].ToArray();
        bytes[^1] ^= 1;
        File.WriteAllBytes(PathOf(number), bytes);
        var faults = Check().Faults;
        var fault = Assert.Single(faults, fault => fault.Id == FaultId.PartDamaged);
        Assert.Equal($"{Package}.00{number}, part {number} of 3, is damaged: it does not have its digest [PART-4]", fault.Message);
        Assert.Equal((Package + ".00" + number, 700L * (number - 1), (long)_parts[number - 1].Length), (fault.Entry, fault.Offset, fault.Length));
        Assert.Equal(ListOf().Parts[number - 1].Digest, fault.Digest);
        Assert.Equal("transfer this part again", fault.Hint);
        Assert.True(faults.Count > 1);
        Assert.Equal(faults.OrderBy(one => one.Offset ?? long.MaxValue).Select(one => one.Message), faults.Select(one => one.Message));
        Assert.Equal(number == 3 ? [] : [Image], fault.Images);
        Assert.False(CheckPart(number).IsWhole);
    }

    [Theory]
    [InlineData(256 * 1024, 0)]
    [InlineData(3 * 1024 * 1024, 13_000_000)]
    public void A_missing_part_hits_what_zeros_in_its_place_would_hit(int size, int file)
    {
        // Of the larger file some frames lie within each part, and others reach into the next one.
        Samples.SampleSet.WriteKube(_temp["k"]);
        var bytes = new byte[file];
        new Random(1).NextBytes(bytes);
        _temp.Write("file", bytes);
        var options = new CreateOptions { Sources = [_temp["k"]], Includes = [_temp["file"]], Output = _temp["whole"] };
        Forms.Create(options);
        Forms.Create(options with { Output = _temp["parted"], Split = size });
        var whole = File.ReadAllBytes(_temp["whole"]);
        for (var part = 0; part * size < whole.Length; part++)
        {
            var zeroed = whole.ToArray();
            zeroed.AsSpan(part * size, Math.Min(size, whole.Length - (part * size))).Clear();
            var expected = Verifier.Run(PackageInput.File(_temp.Write("zeroed", zeroed)), 1, NoProgress.Instance, CancellationToken.None);
            var name = PartNames.Of(_temp["parted"], part + 1);
            File.Move(name, _temp["away"]);
            var report = Verifier.Run(PackageInput.File(_temp["parted"]), 1, NoProgress.Instance, CancellationToken.None);
            File.Move(_temp["away"], name);
            Assert.Equal(FaultId.PartMissing, Assert.Single(report.Faults).Id);
            Assert.Equal(expected.AffectedImages, report.AffectedImages);
        }

        Assert.True(Verifier.Run(PackageInput.File(_temp["parted"]), 1, NoProgress.Instance, CancellationToken.None).IsWhole);
    }

    [Fact]
    public void All_parts_missing_are_told()
    {
        Array.ForEach([1, 2, 3], number => File.Delete(PathOf(number)));
        Assert.Equal([FaultId.PartMissing, FaultId.PartMissing, FaultId.PartMissing], Check().Faults.Select(fault => fault.Id));
    }

    [Fact]
    public void A_receipts_digest_is_of_a_package_that_is_there()
    {
        Assert.Equal(Model.Digest.Of([.. _parts.SelectMany(part => part)]), Check(hash: true).PackageDigest);
        File.Delete(PathOf(2));
        Assert.Null(Check(hash: true).PackageDigest);
    }

    [Fact]
    public void A_part_alone_has_to_be_one_of_the_list()
    {
        File.Copy(PathOf(1), PathOf("004"));
        Assert.Contains("none of the 3 parts", Assert.Throws<BundleException>(() => CheckPart(4)).Message, StringComparison.Ordinal);
        Assert.Contains("is no part", Assert.Throws<BundleException>(() => PartVerifier.Run(PathOf("parts"), NoProgress.Instance, CancellationToken.None)).Message, StringComparison.Ordinal);
        File.Delete(PathOf("parts"));
        Assert.Contains("parts", Assert.Throws<BundleException>(() => CheckPart(1)).Message, StringComparison.Ordinal);
    }

    private Fault Only(FaultId id, int number)
    {
        var fault = Assert.Single(Check().Faults);
        Assert.Equal(id, fault.Id);
        Assert.Equal((Package + ".00" + number, 700L * (number - 1), ListOf().Parts[number - 1].Size), (fault.Entry, fault.Offset, fault.Length));
        return fault;
    }

    private PartsList ListOf() => PartsListFormat.Read(File.ReadAllBytes(PathOf("parts")), "list");

    private VerifyReport Check(bool hash = false) => Verifier.Run(
        new VerifyOptions { Input = PackageInput.File(PathOf("parts")), HashPackage = hash, Threads = 1 }, NoProgress.Instance, TestContext.Current.CancellationToken);

    private PartReport CheckPart(int number) => PartVerifier.Run(PathOf(number), NoProgress.Instance, TestContext.Current.CancellationToken);

    private string PathOf(int number) => PathOf("00" + number);

    private string PathOf(string suffix) => Package + "." + suffix;
}
