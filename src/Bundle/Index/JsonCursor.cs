using System.Globalization;
using System.Text;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Walks over an index of fixed shape: each call demands what has to come next (spec IDX-1).</summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    private Utf8JsonReader _reader = new(json, new JsonReaderOptions { MaxDepth = Limits.JsonDepth });
    private string _mediaType = "";

    /// <summary>The bytes of the value that was read last.</summary>
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    /// <summary>Where it stands, for messages.</summary>
    public readonly long Offset => _reader.TokenStartIndex;

    /// <summary>Demands a token of a kind.</summary>
    public void Expect(JsonTokenType kind, string what)
    {
        if (!_reader.Read() || _reader.TokenType != kind)
        {
            throw Wrong(what + " is missing");
        }
    }

    /// <summary>Demands a member's name.</summary>
    public void Member(ReadOnlySpan<byte> name)
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.PropertyName || !_reader.ValueTextEquals(name))
        {
            throw Wrong("the member " + Encoding.UTF8.GetString(name) + " is missing");
        }
    }

    /// <summary>Reads on: the name of a further member, or null at the end of the object.</summary>
    public string? NextMember()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.EndObject ? null : _reader.GetString();
    }

    /// <summary>Demands an array as the value of a member.</summary>
    public void Array(ReadOnlySpan<byte> name)
    {
        Member(name);
        Expect(JsonTokenType.StartArray, "an array");
    }

    /// <summary>Reads on in an array; false at its end. Refuses more items than there may be (spec LIM-1).</summary>
    public bool NextItem(int count, string what)
    {
        if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        IndexFaults.CheckCount(count + 1, what);
        return true;
    }

    /// <summary>Demands that the value read last is an object's beginning.</summary>
    public readonly void ItemIsObject()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong("an object is missing");
        }
    }

    /// <summary>The item read last, a string.</summary>
    public readonly string ItemText() => _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : throw Wrong("a string is missing");

    /// <summary>The item read last, a position.</summary>
    public readonly int ItemPosition() => (int)Number(int.MaxValue);

    /// <summary>A string member.</summary>
    public string Text(ReadOnlySpan<byte> name)
    {
        Member(name);
        Expect(JsonTokenType.String, "a string");
        return _reader.GetString()!;
    }

    /// <summary>A media type; equal ones in a row share a string.</summary>
    public string MediaType()
    {
        Member("mediaType"u8);
        Expect(JsonTokenType.String, "a string");
        return _reader.ValueTextEquals(_mediaType) ? _mediaType : _mediaType = _reader.GetString()!;
    }

    /// <summary>A digest member.</summary>
    public Digest Digest(ReadOnlySpan<byte> name)
    {
        Member(name);
        Expect(JsonTokenType.String, "a string");
        return ItemDigest();
    }

    /// <summary>The item read last, a digest.</summary>
    public readonly Digest ItemDigest()
    {
        Span<char> text = stackalloc char[Model.Digest.TextLength];
        if (_reader.TokenType != JsonTokenType.String || Raw.Length != text.Length || Encoding.Latin1.GetChars(Raw, text) != text.Length || !text.StartsWith("sha256:")
            || !Model.Digest.TryParseHex(text[7..], out var digest))
        {
            throw Wrong("a digest is malformed");
        }

        return digest;
    }

    /// <summary>A number member.</summary>
    public long Number(ReadOnlySpan<byte> name, long maximum)
    {
        Member(name);
        Expect(JsonTokenType.Number, "a number");
        return Number(maximum);
    }

    /// <summary>A position, the value of the member just read.</summary>
    public int Position()
    {
        Expect(JsonTokenType.Number, "a number");
        return (int)Number(int.MaxValue);
    }

    /// <summary>A member that is true or false.</summary>
    public bool Flag(ReadOnlySpan<byte> name)
    {
        Member(name);
        _reader.Read();
        return _reader.TokenType is JsonTokenType.True or JsonTokenType.False ? _reader.GetBoolean() : throw Wrong("true or false is missing");
    }

    /// <summary>Demands the end of the document.</summary>
    public void End()
    {
        if (_reader.Read())
        {
            throw Wrong("something follows");
        }
    }

    /// <summary>The fault that something stands, or is missing, here.</summary>
    public readonly BundleException Wrong(string what, string id = "IDX-1") =>
        IndexFaults.Invalid(string.Create(CultureInfo.InvariantCulture, $"{what} at byte {Offset} [{id}]"));

    private readonly long Number(long maximum) =>
        _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value) && value >= 0 && value <= maximum
            ? value : throw Wrong("a number is out of range");
}
