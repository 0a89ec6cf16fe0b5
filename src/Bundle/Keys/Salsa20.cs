using System.Buffers.Binary;
using System.Numerics;

namespace Bundle.Keys;

/// <summary>The Salsa20 permutation (Bernstein, "The Salsa20 family of stream ciphers"), which scrypt and XSalsa20 are made of; .NET has none.</summary>
internal static class Salsa20
{
    /// <summary>The words of a block.</summary>
    public const int Words = 16;

    /// <summary>So many rounds, in place, without the addition of the input.</summary>
    public static void Rounds(Span<uint> x, int rounds)
    {
        for (var i = 0; i < rounds; i += 2)
        {
            QuarterRound(x, 0, 4, 8, 12);
            QuarterRound(x, 5, 9, 13, 1);
            QuarterRound(x, 10, 14, 2, 6);
            QuarterRound(x, 15, 3, 7, 11);
            QuarterRound(x, 0, 1, 2, 3);
            QuarterRound(x, 5, 6, 7, 4);
            QuarterRound(x, 10, 11, 8, 9);
            QuarterRound(x, 15, 12, 13, 14);
        }
    }

    /// <summary>The block of a 32-byte key and 16 bytes of input, before any round.</summary>
    public static void Expand(Span<uint> block, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        (block[0], block[5], block[10], block[15]) = (0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
        for (var i = 0; i < 4; i++)
        {
            block[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
            block[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(16 + (4 * i))..]);
            block[6 + i] = BinaryPrimitives.ReadUInt32LittleEndian(input[(4 * i)..]);
        }
    }

    private static void QuarterRound(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }
}
