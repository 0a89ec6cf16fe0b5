using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Bundle.Keys;

/// <summary>
/// Opens NaCl's crypto_secretbox_xsalsa20poly1305 (Bernstein, "Cryptography in NaCl"), for the private keys of cosign; .NET has
/// none. It runs on the user's own key, for a few hundred bytes and not for an adversary with a stopwatch.
/// </summary>
internal static class SecretBox
{
    /// <summary>The bytes of a key.</summary>
    public const int Key = 32;

    /// <summary>The bytes of a nonce.</summary>
    public const int Nonce = 24;

    /// <summary>The bytes of the authenticator that a box begins with.</summary>
    public const int Tag = 16;

    private const int AuthenticatorKey = 32;
    private const int Block = 64;

    /// <summary>The content of a box; null where the key is not the one that it was closed with, or the box was changed.</summary>
    public static byte[]? TryOpen(ReadOnlySpan<byte> box, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (box.Length < Tag)
        {
            return null;
        }

        // The first bytes of the key stream are the authenticator's key, the rest covers the content.
        var stream = KeyStream(nonce, key, AuthenticatorKey + box.Length - Tag);
        if (!CryptographicOperations.FixedTimeEquals(Poly1305(box[Tag..], stream.AsSpan(0, AuthenticatorKey)), box[..Tag]))
        {
            return null;
        }

        var content = new byte[box.Length - Tag];
        for (var i = 0; i < content.Length; i++)
        {
            content[i] = (byte)(box[Tag + i] ^ stream[AuthenticatorKey + i]);
        }

        CryptographicOperations.ZeroMemory(stream);
        return content;
    }

    // XSalsa20: HSalsa20 makes a key of the nonce's first 16 bytes, and Salsa20 counts with its last eight.
    private static byte[] KeyStream(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key, int length)
    {
        Span<uint> block = stackalloc uint[Salsa20.Words];
        Span<uint> before = stackalloc uint[Salsa20.Words];
        Span<byte> derived = stackalloc byte[Key];
        Salsa20.Expand(block, key, nonce[..16]);
        Salsa20.Rounds(block, 20);
        ReadOnlySpan<int> taken = [0, 5, 10, 15, 6, 7, 8, 9];
        for (var i = 0; i < taken.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(derived[(4 * i)..], block[taken[i]]);
        }

        Span<byte> input = stackalloc byte[16];
        nonce[16..].CopyTo(input);
        var stream = new byte[(length + Block - 1) / Block * Block];
        for (var at = 0; at < stream.Length; at += Block)
        {
            BinaryPrimitives.WriteInt64LittleEndian(input[8..], at / Block);
            Salsa20.Expand(block, derived, input);
            block.CopyTo(before);
            Salsa20.Rounds(block, 20);
            for (var i = 0; i < Salsa20.Words; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan(at + (4 * i)), block[i] + before[i]);
            }
        }

        CryptographicOperations.ZeroMemory(derived);
        return stream;
    }

    // RFC 8439 section 2.5.
    private static byte[] Poly1305(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key)
    {
        var prime = BigInteger.Pow(2, 130) - 5;
        var clamp = new BigInteger(Convert.FromHexString("FFFFFF0FFCFFFF0FFCFFFF0FFCFFFF0F"), isUnsigned: true);
        var r = new BigInteger(key[..16], isUnsigned: true) & clamp;
        var sum = BigInteger.Zero;
        for (var rest = message; rest.Length > 0; rest = rest[Math.Min(16, rest.Length)..])
        {
            byte[] piece = [.. rest[..Math.Min(16, rest.Length)], 1];
            sum = (sum + new BigInteger(piece, isUnsigned: true)) * r % prime;
        }

        sum = (sum + new BigInteger(key[16..], isUnsigned: true)) & (BigInteger.Pow(2, 128) - 1);
        var tag = new byte[Tag];
        sum.TryWriteBytes(tag, out _, isUnsigned: true);
        return tag;
    }
}
