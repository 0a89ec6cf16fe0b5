using System.Text;
using Bundle.Keys;
using Bundle.Model;
using Bundle.Parts;
using Bundle.Registry;
using Bundle.Sources;

namespace Bundle.Fuzz.Targets;

/// <summary>The small files that a user or a stranger hands over: lists of parts, keys, lists of images, credentials. The first byte chooses which.</summary>
internal static class TextTarget
{
    private static readonly Action<byte[]>[] Readers = [Parts, PublicKeys, PrivateKeys, SyncFiles, Credentials, Lists, References, Challenges];

    public static void Run(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            Readers[bytes[0] % Readers.Length](bytes[1..]);
        }
    }

    private static void Parts(byte[] bytes) =>
        Target.RefusingInput(() => Target.Require(PartsListFormat.Write(PartsListFormat.Read(bytes, "list")).AsSpan().SequenceEqual(bytes), "a list is written otherwise than it was read"));

    private static void PublicKeys(byte[] bytes) => Target.RefusingInput(() => PublicKey.Read(Scratch.Write("key.pub", bytes)).Dispose());

    // Without a password nothing is derived from one, which would take its time.
    private static void PrivateKeys(byte[] bytes) => Target.RefusingInput(() =>
    {
        using var key = SigningKey.Read(Scratch.Write("key", bytes), () => null);
        Target.Require(key.Holds("text"u8, key.Sign("text"u8)), "a key does not take its own signature");
    });

    private static void SyncFiles(byte[] bytes) => Target.RefusingInput(() => SyncFile.Read(Scratch.Write("sync.yaml", bytes), new RegistryOptions()));

    private static void Credentials(byte[] bytes) => Target.RefusingInput(() =>
    {
        // Helpers are programs of the user's, which a file of a stranger's shall not start here.
        if (!Encoding.Latin1.GetString(bytes).Contains("cred", StringComparison.OrdinalIgnoreCase) && !bytes.Contains((byte)'\\'))
        {
            AuthFiles.Read(Scratch.Write("auth.json", bytes), _ => null).Find("registry.example", "product/base");
        }
    });

    private static void Lists(byte[] bytes) => Target.RefusingInput(() =>
    {
        foreach (var reference in ImageList.Read(Scratch.Write("list.txt", bytes)))
        {
            Target.Require(ImageReference.TryParse(reference.ToString()) == reference, "a reference is read otherwise than it was written");
        }
    });

    private static void References(byte[] bytes) => Target.RefusingInput(() =>
    {
        var reference = RegistryNames.Parse(RegistryNames.Transport + Encoding.UTF8.GetString(bytes));
        Target.Require(RegistryNames.Complete(reference) == reference, "a name that is complete is completed");
        Target.Require(RegistryNames.Address(Uri.UriSchemeHttps, reference.Name.Host!).AbsolutePath == "/", "the host reaches into the path: " + reference);
    });

    private static void Challenges(byte[] bytes)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", Encoding.Latin1.GetString(bytes).ReplaceLineEndings(" "));
        Target.Require(Challenge.Of(response) is not { IsBearer: true, Realm: null }, "a token without a realm");
    }
}
