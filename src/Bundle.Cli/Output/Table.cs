using Bundle.Cli.Terminal;

namespace Bundle.Cli.Output;

/// <summary>A plain table: columns two spaces apart, no lines, nothing after the last column, so that scripts can cut it.</summary>
internal static class Table
{
    public static void Write(TextWriter writer, IReadOnlyList<string[]> rows, ReadOnlySpan<int> rightAligned)
    {
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                var cell = Plain.Text(row[i]);
                var last = i == row.Length - 1;
                writer.Write(rightAligned.Contains(i) ? cell.PadLeft(widths[i]) : last ? cell : cell.PadRight(widths[i]));
                writer.Write(last ? "\n" : "  ");
            }
        }
    }
}
