using System.Text;
using Bundle.Keys;
using Xunit;

namespace Bundle.Tests.Keys;

/// <summary>The two ciphers of cosign's keys against the vectors of their authors.</summary>
public sealed class CipherTests
{
    private const string BoxKey = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
    private const string BoxNonce = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37";

    private const string BoxContent =
        "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
        + "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
        + "5e0705";

    private const string Box =
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
        + "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
        + "7973f622a43d14a6599b1f654cb45a74e355a5";

    // RFC 7914 section 12; the last of its vectors takes a gigabyte.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void Scrypt_gives_the_keys_of_its_rfc(string password, string salt, int n, int r, int p, string key) =>
        Assert.Equal(key, Convert.ToHexStringLower(Scrypt.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), n, r, p, 64)));

    // The vector of NaCl's own tests, secretbox.c.
    [Fact]
    public void A_box_opens_with_its_key() => Assert.Equal(BoxContent, Convert.ToHexStringLower(Open(Convert.FromHexString(Box))!));

    [Fact]
    public void A_box_with_any_bit_changed_stays_closed()
    {
        for (var bit = 0; bit < Box.Length * 4; bit++)
        {
            var box = Convert.FromHexString(Box);
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Open(box));
        }
    }

    [Fact]
    public void A_box_that_is_cut_stays_closed()
    {
        var box = Convert.FromHexString(Box);
        for (var length = 0; length < box.Length; length++)
        {
            Assert.Null(Open(box[..length]));
        }
    }

    private static byte[]? Open(byte[] box) => SecretBox.TryOpen(box, Convert.FromHexString(BoxNonce), Convert.FromHexString(BoxKey));
}
