namespace Bundle.Fuzz;

/// <summary>Turns a fuzzer's bytes into choices, so that its changes change what is made; after the last byte all choices are 0.</summary>
internal sealed class Choices(byte[] bytes)
{
    private int _at;

    /// <summary>Whether bytes are left.</summary>
    public bool Any => _at < bytes.Length;

    /// <summary>One byte.</summary>
    public byte Byte() => Any ? bytes[_at++] : (byte)0;

    /// <summary>A number below a bound of at most 256.</summary>
    public int Below(int bound) => Byte() % bound;

    /// <summary>A number of so many bytes.</summary>
    public long Number(int length)
    {
        long value = 0;
        for (var i = 0; i < length; i++)
        {
            value = (value << 8) | Byte();
        }

        return value & long.MaxValue;
    }

    /// <summary>One of some.</summary>
    public T Of<T>(params T[] all) => all[Below(all.Length)];

    /// <summary>A text of characters of an alphabet.</summary>
    public string Text(string alphabet, int least, int most)
    {
        var length = least + (int)(Number(2) % (most - least + 1));
        return string.Create(length, (this, alphabet), static (span, state) =>
        {
            foreach (ref var c in span)
            {
                c = state.alphabet[state.Item1.Below(state.alphabet.Length)];
            }
        });
    }
}
