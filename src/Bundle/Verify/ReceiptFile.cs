using Bundle.Faults;
using Bundle.IO;
using Bundle.Keys;

namespace Bundle.Verify;

/// <summary>A receipt on the disk, and its signature beside it.</summary>
public static class ReceiptFile
{
    /// <summary>What the name of the signature ends with.</summary>
    public const string SignatureSuffix = ".sig";

    /// <summary>Refuses a name under which no receipt can be written; to ask before a package is checked.</summary>
    /// <exception cref="BundleException">A receipt, or its signature, is there already, or the folder cannot take one.</exception>
    public static void RequirePlace(string path, bool replace)
    {
        foreach (var taken in new[] { path, path + SignatureSuffix }.Where(one => !replace && Path.Exists(one)))
        {
            throw AtomicOutput.Exists(taken).ToException();
        }

        AtomicOutput.Create(path).Dispose();
    }

    /// <summary>Writes a receipt, complete and flushed or not at all; then the signature, as <c>openssl dgst</c> makes and takes it.</summary>
    /// <param name="key">Null for a receipt that is not signed.</param>
    /// <param name="replace">Whether former ones are replaced; a former signature goes first, as it fits no other receipt.</param>
    /// <returns>The path of a former signature that was removed, and not replaced; null where there was none.</returns>
    /// <exception cref="BundleException">It cannot be written.</exception>
    public static string? Write(string path, Receipt receipt, SigningKey? key, bool replace)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var bytes = receipt.ToBytes();
        var signature = path + SignatureSuffix;
        var removed = replace && File.Exists(signature) ? signature : null;
        if (removed is not null)
        {
            File.Delete(removed);
        }

        Write(path, bytes, replace);
        if (key is not null)
        {
            Write(signature, key.Sign(bytes), replace);
            return null;
        }

        return removed;
    }

    private static void Write(string path, byte[] bytes, bool replace)
    {
        using var output = AtomicOutput.Create(path);
        FileCopy.Write(output.Handle, bytes, 0);
        output.Commit(replace, sync: true);
    }
}
