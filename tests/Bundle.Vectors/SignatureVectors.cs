using System.Security.Cryptography;
using Bundle.Faults;
using Bundle.Format;
using Bundle.Index;
using Bundle.Model;
using static Bundle.Vectors.Sample;

namespace Bundle.Vectors;

/// <summary>Signed packages, and ones whose signatures do not stand as they have to.</summary>
internal static class SignatureVectors
{
    private const int Entry = 2 * TarHeader.Block;

    // Test keys, and signatures that openssl dgst made with them: ECDSA is randomized, so signatures are kept and not made anew.
    private static readonly TestKey P256 = new(
        "signed-p256.pub", HashAlgorithmName.SHA256, "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjSPUDuDiI5gNbGcwV30ynBXNPghdrohCO3PO2WcqsNOhRANCAAQPDPsENBlDkcGzybFUXqcqf/aBjGRiQ30Yo3v0dOJVjB8jqliwSApOYgmITODPXKHpMi0DRf4TnzdMwjG/QfVo");

    private static readonly TestKey P384 = new(
        "signed-p384.pub", HashAlgorithmName.SHA384, "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBoL7kG+dHmLJ1LZXB3yR1Ol7SP9+p1qCoykFGVrAtsZIfGf50VSb2ew5mPcJZWC0WhZANiAAT7+dGWj24ZoTD67KnftKaKYFM/7/mCG/eZDs0WaPt1AgZSbMq6KZqQIptgsqP7P3aS9iyYwnnXBMbjikv+4cnp60dgZRi1/SCkHWPa0NSIVsKMWygdz6NBgjDVqwerZv8=");

    private const string AppP256 = "MEUCIQCcgTGgqFG0Wklc1s+IKHb8Jjl5ZTa8eNJoiZcn03w7dQIgEPqS/ktSdvbWAGW0q8sjCXMoDMIee/0VWpCMvmN5s7c=";
    private const string AppP384 = "MGYCMQDWkvkYZM+X+Q9Q5J5YlkrPKXsPaRvW65leb2xLaJPURgsBbWuU+Exi4bN+P9g6cDQCMQCeX6s25c5Yx0G2mDrbSmFJizydcsdEgqs3Qb7abngjUzmV2h2oY1eikLe4P6EaglY=";
    private const string LargeP256 = "MEQCIFIgGOJO+VAbKBc6rCpfjopTTtrILMYyYod3jWYqA2NNAiAhqhcrZ2dl8NOZYsliNilzmvAWq8/6HCslGOTKOZBBRQ==";

    /// <summary>The public keys as files.</summary>
    public static IEnumerable<(string Name, byte[] Pem)> Keys() => [(P256.File, Text(P256.PublicPem)), (P384.File, Text(P384.PublicPem))];

    public static void AddTo(VectorSet set)
    {
        set.Good("good-signed", "SIG-1 SIG-3 SIG-4 TAR-2 FRAME-3", $"the index is signed by one key, `{P256.File}`", forge => App(forge, P256.Signs(AppP256)));
        set.Good("good-signed-twice", "SIG-1 SIG-2 SIG-3", $"the index is signed by two keys, `{P256.File}` and `{P384.File}`", forge => App(forge, P256.Signs(AppP256), P384.Signs(AppP384)));
        set.Good("good-signed-large-index", "SIG-1 FRAME-3", "an index of more than 64 KiB is signed", forge =>
        {
            GoodVectors.LargeIndex(forge);
            forge.Signatures = [P256.Signs(LargeP256)];
        });
        set.Good("good-signed-most", "SIG-1 SIG-2 SIG-4 LIM-1", "eight signatures of 512 bytes, the most there can be; they hold for no key", forge => App(forge, [.. Enumerable.Range(1, 8).Select(i => Noise((byte)i, 512))]));
        set.Good("good-signed-least", "SIG-1 SIG-3", "a signature of one byte, which holds for no key", forge => App(forge, Noise(1, 1)));
        set.Good("good-signed-time", "SIG-1 TAR-5", "the signature has the time of all entries", forge =>
        {
            App(forge, P256.Signs(AppP256));
            forge.Time = 1_700_000_000;
        });

        Bad(set, "sig-1-nine", "SIG-1 LIM-1", FaultId.FrameInvalid, "nine signatures", forge => App(forge, [.. Enumerable.Range(1, 9).Select(i => Noise((byte)i, 70))]));
        Bad(set, "sig-1-oversized", "SIG-1 LIM-1", FaultId.FrameInvalid, "a signature of 513 bytes", forge => App(forge, Noise(1, 513)));
        Bad(set, "sig-1-oversized-twice", "SIG-1 LIM-1", FaultId.StreamInvalid, "two signatures of 513 bytes, in the length of three", forge => App(forge, Noise(1, 513), Noise(2, 513)));
        Bad(set, "sig-1-empty", "SIG-1", FaultId.FrameInvalid, "a signature of no bytes", forge => App(forge, Noise(1, 0)));
        Bad(set, "sig-1-empty-twice", "SIG-1", FaultId.StreamInvalid, "two signatures of no bytes, in the length of one", forge => App(forge, Noise(1, 0), Noise(2, 0)));
        Edit(set, "sig-1-name-upper", "SIG-1", "a key id in capitals", content => content.AsSpan(18, 64).Fill((byte)'A'));
        Edit(set, "sig-1-name-short", "SIG-1", "a name without .sig", content => content.AsSpan(82, 4).Clear());
        Edit(set, "sig-1-name-long", "SIG-1", "a name that goes on", content => content[86] = (byte)'x');
        Edit(set, "sig-1-mode", "SIG-1 TAR-3", "a mode of 0755", content => content.Put(100, "0000755"));
        Edit(set, "sig-1-time", "SIG-1 TAR-5", "another time than that of the index", content => content.Put(136, "00000000001"));
        Edit(set, "sig-1-type", "SIG-1 TAR-3", "a symbolic link", content => content[156] = (byte)'2');
        Edit(set, "sig-1-size-huge", "SIG-1 LIM-1", "a size of 8 GiB", content => content.Put(124, "77777777777"));
        Edit(set, "sig-1-size-base256", "SIG-1 TAR-3", "a size in base-256", content => new byte[] { 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 71 }.CopyTo(content, 124));
        Edit(set, "sig-1-size-malformed", "SIG-1 TAR-3", "a size that is no number", content => content.Put(124, "x"));
        Edit(set, "sig-1-padding", "SIG-1 TAR-6", "bytes follow the signature", content => content[TarHeader.Block + 100] = 1, sum: false);
        Edit(set, "sig-1-sum", "SIG-1 TAR-3", "a wrong checksum of the header", content => content[148] ^= 1, sum: false);
        Bad(set, "sig-2-order", "SIG-2", FaultId.StreamInvalid, "two signatures in the wrong order", forge => App(forge, P384.Signs(AppP384), P256.Signs(AppP256)));
        Bad(set, "sig-2-twice", "SIG-2", FaultId.StreamInvalid, "two signatures of one key", forge => App(forge, P256.Signs(AppP256), P256.Signs(AppP256)));
        Place(set, "tar-2-signature-with-index", "in one frame with the index", frames => (frames[0], frames[1]) = ([.. frames[0], .. frames[1]], []), FaultId.StreamInvalid);
        Place(set, "tar-2-signature-with-rest", "in one frame with what follows", frames => (frames[1], frames[2]) = ([], [.. frames[1], .. frames[2]]));
        Place(set, "tar-2-signature-last", "at the end", frames => (frames[1], frames[2]) = (frames[2], frames[1]));
        Place(set, "tar-2-signature-first", "before the index", frames => (frames[0], frames[1]) = (frames[1], frames[0]), FaultId.NotABundle);
        Place(set, "tar-2-signature-again", "there twice", frames => frames.Insert(1, frames[1]));
        Place(set, "frame-3-signatures-apart", "two of them, in a frame each", frames => (frames[1], frames[2]) = (frames[1][..Entry], [.. frames[1][Entry..], .. frames[2]]), two: true);
        Bad(set, "frame-1-signature-damaged", "FRAME-1 SIG-1", FaultId.FrameInvalid, "a bit of the signature's frame is flipped", forge =>
        {
            App(forge, P256.Signs(AppP256));
            forge.Frames = frames => frames[1][^6] ^= 1;
        });
        Bad(set, "frame-1-signature-magic", "FRAME-1 SIG-1", FaultId.FrameInvalid, "the signature's frame does not begin as one", forge =>
        {
            App(forge, P256.Signs(AppP256));
            forge.Frames = frames => frames[1][0] ^= 1;
        });
    }

    private static void Bad(VectorSet set, string name, string musts, FaultId fault, string note, Action<Forge> make) => set.BadOwn(name, musts, fault, note, make);

    // One byte of the signature's frame is wrong, and nothing else.
    private static void Edit(VectorSet set, string name, string musts, string note, Action<byte[]> edit, bool sum = true) => Bad(set, name, musts, FaultId.StreamInvalid, note, forge =>
    {
        App(forge, P256.Signs(AppP256));
        forge.Cuts = frames =>
        {
            edit(frames[1]);
            if (sum)
            {
                Sum(frames[1].AsSpan(0, TarHeader.Block));
            }
        };
    });

    private static void Place(VectorSet set, string name, string note, Action<List<byte[]>> move, FaultId? fault = null, bool two = false) =>
        Bad(set, name, name.StartsWith("frame", StringComparison.Ordinal) ? "FRAME-3 SIG-1" : "TAR-2 SIG-1", fault ?? FaultId.FrameInvalid, "signatures that stand " + note, forge =>
        {
            App(forge, two ? [P256.Signs(AppP256), P384.Signs(AppP384)] : [P256.Signs(AppP256)]);
            forge.Cuts = frames =>
            {
                move(frames);
                frames.RemoveAll(frame => frame.Length == 0);
            };
        });

    private static void App(Forge forge, params BundleSignature[] signatures)
    {
        Sample.AddApp(forge);
        forge.Signatures = signatures;
    }

    private static BundleSignature Noise(byte key, int length) => new(new Digest([key, .. new byte[31]]), Sample.Noise(length, key));

    /// <summary>A key of the vectors.</summary>
    private sealed record TestKey(string File, HashAlgorithmName Hash, string Pkcs8)
    {
        public string PublicPem => Open().ExportSubjectPublicKeyInfoPem() + "\n";

        public BundleSignature Signs(string signature) => new(Digest.Of(Open().ExportSubjectPublicKeyInfo()), Convert.FromBase64String(signature));

        private ECDsa Open()
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(Pkcs8), out _);
            return key;
        }
    }
}
