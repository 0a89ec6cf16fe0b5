using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Bundle.Model;

/// <summary>A sha256 digest, <c>sha256:</c> and 64 lower-case hexadecimal digits (spec section 1).</summary>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    /// <summary>The length of a digest's text, 71 characters.</summary>
    public const int TextLength = 71;

    /// <summary>The length of its hexadecimal digits.</summary>
    public const int HexLength = 64;

    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly ulong _a, _b, _c, _d;

    /// <summary>A digest from its 32 bytes.</summary>
    public Digest(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, 32);
        _a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>The 64 hexadecimal digits.</summary>
    public string Hex => string.Create(64, this, static (span, digest) =>
    {
        Span<byte> bytes = stackalloc byte[32];
        digest.CopyTo(bytes);
        _ = Convert.TryToHexStringLower(bytes, span, out _);
    });

    /// <summary>The digest of some bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(content, hash);
        return new Digest(hash);
    }

    /// <summary>Finishes a hash and takes its digest.</summary>
    public static Digest Finish(IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<byte> bytes = stackalloc byte[32];
        hash.GetHashAndReset(bytes);
        return new Digest(bytes);
    }

    /// <summary>Reads <c>sha256:…</c>; nothing else passes, so the result is safe to build a path from.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        return text is { Length: TextLength } && text.StartsWith(Prefix, StringComparison.Ordinal)
            && TryParseHex(text.AsSpan(Prefix.Length), out digest);
    }

    /// <summary>Reads the 64 lower-case hexadecimal digits alone.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out Digest digest)
    {
        digest = default;
        if (hex.Length != 64 || hex.ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[32];
        _ = Convert.FromHexString(hex, bytes, out _, out _);
        digest = new Digest(bytes);
        return true;
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>Writes the text, <see cref="TextLength"/> bytes of ASCII.</summary>
    public void CopyTextTo(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[32];
        CopyTo(bytes);
        "sha256:"u8.CopyTo(destination);
        _ = Convert.TryToHexStringLower(bytes, destination[Prefix.Length..TextLength], out _);
    }

    /// <inheritdoc/>
    public bool Equals(Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    // All of it, seeded: digests that an index merely claims can be chosen to collide.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>Ordinal order of the text.</summary>
    public int CompareTo(Digest other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    /// <inheritdoc/>
    public override string ToString() => Prefix + Hex;

    /// <summary>Whether two digests are the same.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Whether two digests differ.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;
}
