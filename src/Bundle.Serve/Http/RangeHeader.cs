using System.Globalization;

namespace Bundle.Serve.Http;

/// <summary>What a Range header asks for (RFC 9110 section 14).</summary>
internal enum RangeAnswer
{
    /// <summary>The whole: there is no range, or one that may be ignored.</summary>
    Whole,

    /// <summary>One range.</summary>
    Part,

    /// <summary>A range that the content does not reach.</summary>
    NotSatisfiable,
}

/// <summary>Reads a Range header. Several ranges at once are answered with the whole, as a server may.</summary>
internal static class RangeHeader
{
    private const string Unit = "bytes=";

    /// <summary>What a header asks for, and which bytes those are; of the whole, all of them.</summary>
    public static RangeAnswer Read(string? header, long size, out long offset, out long length)
    {
        (offset, length) = (0, size);
        var spec = header is not null && header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(Unit.Length).Trim() : default;
        var dash = spec.IndexOf('-');
        if (dash < 0 || !TryNumber(spec[..dash], out var begin) || !TryNumber(spec[(dash + 1)..], out var end) || (begin is null && end is null) || end < begin)
        {
            return RangeAnswer.Whole;
        }

        if (begin is null ? end == 0 || size == 0 : begin >= size)
        {
            return RangeAnswer.NotSatisfiable;
        }

        offset = begin ?? Math.Max(0, size - end!.Value);
        length = begin is null || end is null ? size - offset : Math.Min(end.Value, size - 1) - offset + 1;
        return RangeAnswer.Part;
    }

    // Nothing is a number too: "5-" and "-5". What is beyond any size counts as that.
    private static bool TryNumber(ReadOnlySpan<char> text, out long? number)
    {
        number = null;
        if (text.IsEmpty)
        {
            return true;
        }

        if (text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        number = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;
        return true;
    }
}
