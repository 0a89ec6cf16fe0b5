using System.Text;
using Bundle.Model;

namespace Bundle.Index;

/// <summary>Puts a path together in UTF-8: a package can have millions, so none becomes a string before somebody asks.</summary>
/// <param name="target">Long enough for the whole path.</param>
internal ref struct PathBuilder(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>The bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>Adds UTF-8 text.</summary>
    public void Append(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_target[Length..]);
        Length += text.Length;
    }

    /// <summary>Adds text.</summary>
    public void Append(string text) => Length += Encoding.UTF8.GetBytes(text, _target[Length..]);

    /// <summary>Adds a digest's hexadecimal digits, the first two and a slash before them where the storage of registries has that.</summary>
    public void AppendHex(Digest digest, bool withFolder = false)
    {
        Span<byte> text = stackalloc byte[Digest.TextLength];
        digest.CopyTextTo(text);
        var hex = text[^Digest.HexLength..];
        if (withFolder)
        {
            Append(hex[..2]);
            Append("/"u8);
        }

        Append(hex);
    }
}
