using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bundle.Keys;

/// <summary>The password-based key derivation function scrypt (RFC 7914), for the private keys of cosign; .NET has none.</summary>
internal static class Scrypt
{
    private const int BlockBytes = 128;

    /// <summary>Derives a key. The caller holds the parameters against limits: it takes 128·<paramref name="n"/>·<paramref name="r"/> bytes.</summary>
    /// <param name="n">The cost, a power of two.</param>
    /// <param name="r">The block size.</param>
    /// <param name="p">The parallelization.</param>
    public static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, int length)
    {
        var blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, p * BlockBytes * r);
        var x = new uint[32 * r];
        var v = new uint[n * x.Length];
        for (var i = 0; i < p; i++)
        {
            Mix(blocks.AsSpan(i * BlockBytes * r, BlockBytes * r), x, v, n);
        }

        Array.Clear(v);
        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
    }

    // scryptROMix, RFC 7914 section 5.
    private static void Mix(Span<byte> block, uint[] x, uint[] v, int n)
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        }

        var scratch = new uint[x.Length];
        for (var i = 0; i < n; i++)
        {
            x.CopyTo(v, i * x.Length);
            MixBlock(x, scratch);
        }

        for (var i = 0; i < n; i++)
        {
            // Integerify modulo a power of two needs the low bits alone.
            var from = (int)(x[^Salsa20.Words] & (uint)(n - 1)) * x.Length;
            for (var j = 0; j < x.Length; j++)
            {
                x[j] ^= v[from + j];
            }

            MixBlock(x, scratch);
        }

        for (var i = 0; i < x.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], x[i]);
        }
    }

    // scryptBlockMix with Salsa20/8, RFC 7914 sections 3 and 4.
    private static void MixBlock(uint[] x, uint[] scratch)
    {
        Span<uint> last = stackalloc uint[Salsa20.Words];
        Span<uint> before = stackalloc uint[Salsa20.Words];
        x.AsSpan(x.Length - Salsa20.Words).CopyTo(last);
        var pieces = x.Length / Salsa20.Words;
        for (var i = 0; i < pieces; i++)
        {
            for (var j = 0; j < Salsa20.Words; j++)
            {
                last[j] ^= x[(i * Salsa20.Words) + j];
            }

            last.CopyTo(before);
            Salsa20.Rounds(last, 8);
            for (var j = 0; j < Salsa20.Words; j++)
            {
                last[j] += before[j];
            }

            last.CopyTo(scratch.AsSpan(((i / 2) + (i % 2 * pieces / 2)) * Salsa20.Words));
        }

        scratch.CopyTo(x, 0);
    }
}
