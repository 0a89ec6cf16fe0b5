using System.Buffers;
using System.Text;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Model;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>The writer of canonical JSON (spec section 4.1) by itself: its form, and the limit on what it writes.</summary>
public sealed class CanonicalJsonTests
{
    private static readonly string Form =
        $$$"""{"none":[],"texts":["","a\"\\\\b é","😀"],"digest":"sha256:{{{new string('0', 64)}}}","numbers":[0,-1,9223372036854775807],"flags":[true,false],"inner":{"a":{},"b":1}}""";

    [Fact]
    public void Members_and_values_stand_without_space_between_them()
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, int.MaxValue);
        Assert.Equal(Form, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void At_its_limit_a_document_is_written_and_beyond_it_is_not()
    {
        var whole = Encoding.UTF8.GetByteCount(Form);
        Write(new ArrayBufferWriter<byte>(), whole);
        for (var limit = 0; limit < whole; limit++)
        {
            var output = new ArrayBufferWriter<byte>();
            var fault = Assert.Throws<BundleException>(() => Write(output, limit)).Fault;
            Assert.Equal(FaultId.LimitExceeded, fault.Id);
            Assert.Contains($" {limit} bytes", fault.Message, StringComparison.Ordinal);
            Assert.InRange(output.WrittenCount, 0, limit);
        }
    }

    private static void Write(IBufferWriter<byte> output, int limit)
    {
        var json = new CanonicalJson(output, limit);
        json.BeginObject();
        json.Name("none"u8).BeginArray().EndArray();
        json.Name("texts"u8).BeginArray().Value("").Value("a\"\\\\b é").Value("😀").EndArray();
        json.Name("digest"u8).Value(default(Digest));
        json.Name("numbers"u8).BeginArray().Value(0).Value(-1).Value(long.MaxValue).EndArray();
        json.Name("flags"u8).BeginArray().Value(true).Value(false).EndArray();
        json.Name("inner"u8).BeginObject().Name("a"u8).BeginObject().EndObject().Name("b"u8).Value(1).EndObject();
        json.EndObject();
    }
}
