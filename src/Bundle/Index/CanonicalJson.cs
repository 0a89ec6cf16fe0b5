using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Writes canonical JSON (spec section 4.1): the caller gives the members in order, this the bytes.</summary>
/// <param name="output">Receives the bytes.</param>
/// <param name="limit">The document's length, at most.</param>
internal sealed class CanonicalJson(IBufferWriter<byte> output, int limit)
{
    private int _length;

    // Whether a value or member stands before the next one, in the array or object that is open.
    private bool _follows;

    /// <summary>Begins an object, as a value of its own.</summary>
    public CanonicalJson BeginObject() => Open("{"u8);

    /// <summary>Ends an object.</summary>
    public CanonicalJson EndObject() => Close("}"u8);

    /// <summary>Begins an array, as a value of its own.</summary>
    public CanonicalJson BeginArray() => Open("["u8);

    /// <summary>Ends an array.</summary>
    public CanonicalJson EndArray() => Close("]"u8);

    /// <summary>Writes a member's name; its value comes next.</summary>
    public CanonicalJson Name(ReadOnlySpan<byte> name)
    {
        Separate();
        Append("\""u8);
        Append(name);
        Append("\":"u8);
        _follows = false;
        return this;
    }

    /// <summary>Writes a string.</summary>
    public CanonicalJson Value(string text)
    {
        Separate();
        Append("\""u8);
        var rest = text.AsSpan();
        while (rest.IndexOfAny('"', '\\') is >= 0 and var at)
        {
            Encode(rest[..at]);
            Append(rest[at] == '"' ? "\\\""u8 : "\\\\"u8);
            rest = rest[(at + 1)..];
        }

        Encode(rest);
        Append("\""u8);
        _follows = true;
        return this;
    }

    /// <summary>Writes a digest.</summary>
    public CanonicalJson Value(Digest digest)
    {
        Separate();
        Span<byte> text = stackalloc byte[Digest.TextLength + 2];
        (text[0], text[^1]) = ((byte)'"', (byte)'"');
        digest.CopyTextTo(text[1..]);
        Append(text);
        _follows = true;
        return this;
    }

    /// <summary>Writes an integer.</summary>
    public CanonicalJson Value(long number)
    {
        Separate();
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Append(digits[..length]);
        _follows = true;
        return this;
    }

    /// <summary>Writes true or false.</summary>
    public CanonicalJson Value(bool value)
    {
        Separate();
        Append(value ? "true"u8 : "false"u8);
        _follows = true;
        return this;
    }

    private CanonicalJson Open(ReadOnlySpan<byte> bracket)
    {
        Separate();
        Append(bracket);
        _follows = false;
        return this;
    }

    private CanonicalJson Close(ReadOnlySpan<byte> bracket)
    {
        Append(bracket);
        _follows = true;
        return this;
    }

    private void Separate()
    {
        if (_follows)
        {
            Append(","u8);
        }
    }

    private void Encode(ReadOnlySpan<char> text)
    {
        Check(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, output);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Check(bytes.Length);
        output.Write(bytes);
    }

    private void Check(int length)
    {
        if (length > limit - _length)
        {
            throw IndexFaults.Limit(string.Create(CultureInfo.InvariantCulture, $"a document of the index exceeds {limit} bytes"));
        }

        _length += length;
    }
}
