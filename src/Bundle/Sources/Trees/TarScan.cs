using System.Text;
using Bundle.Faults;
using Bundle.Format;
using Bundle.IO;

namespace Bundle.Sources.Trees;

/// <summary>
/// Finds the entries of a foreign tar archive by their headers alone: ustar, with GNU's and pax's long names and large sizes
/// (POSIX.1-2024 pax; GNU tar manual, "Basic Tar Format"). System.Formats.Tar would take a record of any size into memory.
/// </summary>
internal static class TarScan
{
    // A character takes three bytes of UTF-8 at most, or four for two of them; a NUL ends the name.
    private const int Longest = (3 * Limits.ArchiveName) + 1;

    /// <summary>The entries, in their order; devices and the like are passed over.</summary>
    /// <exception cref="BundleException">It is no archive, cut, or breaks the format.</exception>
    public static IEnumerable<TarMember> Members(ArchiveFile archive, CancellationToken cancellation)
    {
        var header = new byte[TarHeader.Block];
        var pending = new TarExtras();
        long at = 0;
        for (var count = 0; ; count++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FileCopy.ReadFully(archive.Handle, header, at) != header.Length)
            {
                throw at == 0 ? archive.Invalid("is no tar archive", "give an archive of images, or a package made by 'bundle create'")
                    : archive.Invalid($"is cut: after {at} bytes its end mark is missing", "transfer the archive again");
            }

            if (!header.AsSpan().ContainsAnyExcept((byte)0))
            {
                yield break;
            }

            if (count == Limits.Count)
            {
                throw archive.Invalid($"has more than {Limits.Count} entries", "take less images into one archive");
            }

            var size = CheckedSize(archive, header, at, pending);
            var type = (char)header[156];
            var data = at + TarHeader.Block;
            if (type is 'L' or 'K' or 'x')
            {
                ReadExtra(archive, type, data, size, pending);
            }
            else if (type != 'g' && Member(archive, header, type, data, size, pending) is { } member)
            {
                yield return member;
            }

            if (type is not ('L' or 'K' or 'x'))
            {
                pending = new TarExtras();
            }

            at = data + size + TarHeader.Padding(size);
            if (at > archive.Length)
            {
                throw archive.Invalid($"is cut: an entry ends at {data + size}, the archive at {archive.Length}", "transfer the archive again");
            }
        }
    }

    private static TarMember? Member(ArchiveFile archive, byte[] header, char type, long data, long size, TarExtras extras)
    {
        var raw = extras.Path ?? Name(header);
        TarKind? kind = type switch
        {
            '0' or '\0' or '7' => raw.EndsWith('/') ? TarKind.Folder : TarKind.File,
            '1' => TarKind.HardLink,
            '2' => TarKind.SymbolicLink,
            '5' => TarKind.Folder,
            'S' => throw archive.Invalid($"has {TarName.Printable(raw)} as a sparse file", "make the archive without --sparse"),
            _ => null,
        };
        if (kind is null)
        {
            return null;
        }

        if (raw.Length > Limits.ArchiveName)
        {
            throw archive.Invalid($"has an entry '{TarName.Printable(raw)}', a name of {raw.Length} characters", "do not trust this archive; make it anew");
        }

        var path = raw.StartsWith('/') ? null : TarName.Normalize(raw, mayClimb: false);
        if (path is null)
        {
            throw archive.Invalid($"has an entry '{TarName.Printable(raw)}', a name that leads out of it", "do not trust this archive; make it anew");
        }

        var link = kind is TarKind.HardLink or TarKind.SymbolicLink ? extras.Link ?? Text(header, 157, 100) : null;
        if (link?.Length > Limits.ArchiveName)
        {
            throw archive.Invalid($"has an entry '{TarName.Printable(raw)}', a link to a name of {link.Length} characters", "do not trust this archive; make it anew");
        }

        return path.Length == 0 ? null : new TarMember(path, kind.Value, data, size, link);
    }

    private static long CheckedSize(ArchiveFile archive, byte[] header, long at, TarExtras extras)
    {
        var sum = 0;
        for (var i = 0; i < header.Length; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        }

        if (Number(header.AsSpan(148, 8)) != sum)
        {
            throw at == 0 ? archive.Invalid("is no tar archive", "give an archive of images, or a package made by 'bundle create'")
                : archive.Invalid($"is damaged: there is no entry's header at {at}", "transfer the archive again");
        }

        // Links, folders and devices have no data, whatever their size field says.
        var size = (char)header[156] is '1' or '2' or '3' or '4' or '5' or '6' ? 0 : (char)header[156] is 'x' or 'g' or 'L' or 'K' ? Number(header.AsSpan(124, 12)) : extras.Size ?? Number(header.AsSpan(124, 12));
        return size is >= 0 and <= long.MaxValue / 2 ? size : throw archive.Invalid($"is damaged: the entry at {at} has no valid size", "transfer the archive again");
    }

    private static void ReadExtra(ArchiveFile archive, char type, long data, long size, TarExtras pending)
    {
        if (size > (type == 'x' ? Limits.ArchiveRecord : Longest))
        {
            throw archive.Invalid($"has a name or a record of {size} bytes", "do not trust this archive; make it anew");
        }

        var bytes = new byte[size];
        if (FileCopy.ReadFully(archive.Handle, bytes, data) != size)
        {
            throw archive.Invalid("is cut within a name", "transfer the archive again");
        }

        switch (type)
        {
            case 'L':
                pending.Path = Text(bytes, 0, bytes.Length);
                break;
            case 'K':
                pending.Link = Text(bytes, 0, bytes.Length);
                break;
            default:
                if (!pending.ReadPax(bytes))
                {
                    throw archive.Invalid("has a malformed or sparse pax record", "make the archive anew, without --sparse");
                }

                break;
        }
    }

    private static string Name(byte[] header)
    {
        var name = Text(header, 0, 100);

        // Only POSIX archives have a prefix there; GNU's own have times.
        var prefix = header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(header, 345, 155) : "";
        return prefix.Length == 0 ? name : prefix + "/" + name;
    }

    private static string Text(byte[] bytes, int offset, int length)
    {
        var field = bytes.AsSpan(offset, length);
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    // Octal digits between blanks and NULs, or GNU's binary numbers; -1 where it is neither.
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            long binary = field[0] & 0x7F;
            foreach (var one in field[1..])
            {
                if (binary > long.MaxValue >> 9)
                {
                    return -1;
                }

                binary = (binary << 8) | one;
            }

            return (field[0] & 0x40) != 0 ? -1 : binary;
        }

        long value = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return -1;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }
}
