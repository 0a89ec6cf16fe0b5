namespace Bundle.Model;

/// <summary>A descriptor embeds other data than the blob that it names (spec MAN-2).</summary>
internal sealed class EmbeddedDataException(string message) : FormatException(message);
