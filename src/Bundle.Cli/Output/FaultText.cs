using Bundle.Faults;

namespace Bundle.Cli.Output;

/// <summary>A fault in words.</summary>
internal static class FaultText
{
    private const int ImagesShown = 10;

    /// <summary>Everything that is known beside the message, a line each.</summary>
    public static IEnumerable<string> Details(Fault fault)
    {
        if (fault.Entry is { } entry)
        {
            yield return "entry:  " + entry;
        }

        if (fault.Offset is { } offset)
        {
            yield return "bytes:  " + (fault.Length is > 0 and { } length ? $"{offset}-{offset + length - 1}" : $"from {offset}");
        }

        if (fault.Digest is { } digest)
        {
            yield return "digest: " + digest;
        }

        if (fault.Images.Count > 0)
        {
            yield return "images: " + Some(fault.Images);
        }
    }

    /// <summary>The first ten, <c>and N more</c>.</summary>
    public static string Some(IReadOnlyList<string> images) =>
        string.Join(", ", images.Take(ImagesShown)) + (images.Count > ImagesShown ? $", and {images.Count - ImagesShown} more" : "");
}
