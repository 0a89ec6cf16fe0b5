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
    /// Compares every range. The package is the same one where its head has the same bundle digest and its tables, where they can be read, cut it into the same frames; signatures are of the same keys.
    /// Where one of head and tables is damaged the other one decides. Where both are, or damage hides who signed and the tables do not tell, half of the ranges that are there have to be the copy's.
    /// </summary>
    /// <param name="proven">Whether it is known already that it is the same package.</param>
    /// <exception cref="BundleException">It is another package.</exception>
    public static Comparison Make(PackageFile damaged, GoodCopy good, bool proven, IProgressSink progress, CancellationToken cancellation)
    {
        var (head, signersAreSure) = ReadHead(damaged);
        bool? sameHead = head is null ? null : head.BundleDigest == good.BundleDigest;
        var sameTail = SameTail(damaged, good);
        if (sameHead == false)
        {
            throw Other(damaged, good, "it holds other content");
        }

        var sameSigners = head is not null && good.IsSignedAs(head);
        if (signersAreSure && !sameSigners)
        {
            throw Other(damaged, good, "it holds the same content, and is signed by other keys");
        }

        var tables = sameTail == true ? null : damaged.ReadTables();
        if (tables is not null && !good.IsCutAs(tables))
        {
            throw Other(damaged, good, "the same content was packed with other options, or signed in between, so its bytes differ");
        }

        progress.Start("comparing", good.DataLength);
        var bytes = new byte[Limits.Range];
        var differing = new List<int>();
        var there = 0;
        for (var range = 0; range < good.Ranges; range++)
        {
            cancellation.ThrowIfCancellationRequested();
            var place = good.RangeOf(range);
            var piece = bytes.AsSpan(0, (int)place.Length);
            var isThere = damaged.TryRead(piece, place.Offset);
            there += isThere ? 1 : 0;
            if (!isThere || !good.Holds(range, piece))
            {
                differing.Add(range);
            }

            progress.Advance(place.Length);
        }

        var same = good.Ranges - differing.Count;
        if (!proven && sameHead is null && sameTail != true && differing.Count > same)
        {
            throw Other(damaged, good, "its head and its tables are damaged, and most of its bytes differ");
        }

        if (!proven && sameHead == true && !sameSigners && sameTail != true && tables is null && there - same > same)
        {
            throw Other(damaged, good, "damage hides who signed it, its tables are damaged, and most of its bytes differ");
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

    // Null where the head is damaged. Signatures, or that there are none, are sure where the frame behind the index is undamaged.
    private static (PackageHead? Head, bool SignersAreSure) ReadHead(PackageFile damaged)
    {
        try
        {
            var frames = damaged.Frames();
            var head = PackageHead.Read(frames);
            using var codec = new FrameCodec();
            var sure = frames.Peek(out var frame, out var length) == FrameStatus.Data && codec.TryDecompress(frame.Span, new byte[length]);
            return (head, sure);
        }
        catch (BundleException e) when (e.Fault.Id.Class == FaultClass.Package)
        {
            return (null, false);
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
