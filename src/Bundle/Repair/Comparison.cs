using Bundle.Access;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Reading;

namespace Bundle.Repair;

/// <summary>What a damaged package lacks beside a good copy, and whether it is the same package at all.</summary>
/// <param name="Ranges">The numbers of the ranges whose checksum does not hold, in order.</param>
/// <param name="TailDiffers">Whether anything behind the data differs.</param>
internal sealed record Comparison(IReadOnlyList<int> Ranges, bool TailDiffers)
{
    /// <summary>
    /// Compares every range. The package is the same one where its head has the same bundle digest and its tables, where they can be read, cut it into the same frames; signatures that can be read are of the same keys.
    /// Where one of head and tables is damaged the other one decides, and where both are, half of the ranges have to be the copy's.
    /// </summary>
    /// <param name="proven">Whether it is known already that it is the same package.</param>
    /// <exception cref="BundleException">It is another package.</exception>
    public static Comparison Make(PackageFile damaged, GoodCopy good, bool proven, IProgressSink progress, CancellationToken cancellation)
    {
        var head = ReadHead(damaged);
        bool? sameHead = head is null ? null : head.BundleDigest == good.BundleDigest;
        var sameTail = SameTail(damaged, good);
        if (sameHead == false)
        {
            throw Other(damaged, good, "it holds other content");
        }

        if (head is not null && !good.MayBeSignedAs(head))
        {
            throw Other(damaged, good, "it holds the same content, and is signed by other keys");
        }

        if (sameTail != true && damaged.ReadTables() is { } tables && !good.IsCutAs(tables))
        {
            throw Other(damaged, good, "the same content was packed with other options, or signed in between, so its bytes differ");
        }

        progress.Start("comparing", good.DataLength);
        var bytes = new byte[Limits.Range];
        var differing = new List<int>();
        for (var range = 0; range < good.Ranges; range++)
        {
            cancellation.ThrowIfCancellationRequested();
            var place = good.RangeOf(range);
            var piece = bytes.AsSpan(0, (int)place.Length);
            if (!damaged.TryRead(piece, place.Offset) || !good.Holds(range, piece))
            {
                differing.Add(range);
            }

            progress.Advance(place.Length);
        }

        if (!proven && sameHead is null && sameTail != true && differing.Count * 2L > good.Ranges)
        {
            throw Other(damaged, good, "its head and its tables are damaged, and most of its bytes differ");
        }

        return new Comparison(differing, sameTail != true);
    }

    /// <summary>The damaged places of the package; neighbours are made one.</summary>
    public IReadOnlyList<ByteRange> Places(GoodCopy good)
    {
        var places = new List<ByteRange>();
        foreach (var place in Ranges.Select(good.RangeOf).Concat(TailDiffers ? [new ByteRange(good.DataLength, good.Tail.Length)] : []))
        {
            if (places.Count > 0 && places[^1].End == place.Offset)
            {
                places[^1] = new ByteRange(places[^1].Offset, places[^1].Length + place.Length);
            }
            else
            {
                places.Add(place);
            }
        }

        return places;
    }

    // Null where the head is damaged.
    private static PackageHead? ReadHead(PackageFile damaged)
    {
        try
        {
            return PackageHead.Read(damaged.Frames());
        }
        catch (BundleException e) when (e.Fault.Id.Class == FaultClass.Package)
        {
            return null;
        }
    }

    // Null where nothing of the tables is there.
    private static bool? SameTail(PackageFile damaged, GoodCopy good)
    {
        if (damaged.Length < good.Length)
        {
            return null;
        }

        var tail = new byte[good.Tail.Length];
        return damaged.Length == good.Length && damaged.TryRead(tail, good.DataLength) && tail.AsSpan().SequenceEqual(good.Tail);
    }

    private static BundleException Other(PackageFile damaged, GoodCopy good, string why) =>
        new Fault(FaultId.OtherPackage, $"{good.Name} is no copy of {damaged.Name}: {why}") { Entry = good.Name, Hint = "give a copy of the same package file; nothing was changed" }.ToException();
}
