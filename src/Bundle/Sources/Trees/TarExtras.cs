using System.Globalization;
using System.Text;

namespace Bundle.Sources.Trees;

/// <summary>What entries before an entry say of it: names and sizes that its header has no room for.</summary>
internal sealed class TarExtras
{
    public string? Path { get; set; }

    public string? Link { get; set; }

    public long? Size { get; private set; }

    /// <summary>Reads pax records, <c>LENGTH KEY=VALUE\n</c> each; false where one is malformed, or asks for a sparse file.</summary>
    public bool ReadPax(ReadOnlySpan<byte> records)
    {
        while (records.Length > 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space is < 1 or > 9 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != '\n')
            {
                return false;
            }

            var record = records[(space + 1)..(length - 1)];
            records = records[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1 || !Take(Encoding.UTF8.GetString(record[..equals]), Encoding.UTF8.GetString(record[(equals + 1)..])))
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(string key, string value)
    {
        switch (key)
        {
            case "path":
                Path = value;
                return !value.Contains('\0', StringComparison.Ordinal);
            case "linkpath":
                Link = value;
                return !value.Contains('\0', StringComparison.Ordinal);
            case "size":
                Size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;
                return Size is not null;
            default:
                return !key.StartsWith("GNU.sparse.", StringComparison.Ordinal);
        }
    }
}
