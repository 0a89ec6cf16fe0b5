using Bundle.Serve.Http;
using Xunit;

namespace Bundle.Tests.Serve;

/// <summary>RFC 9110 section 14, one range at a time.</summary>
public sealed class RangeHeaderTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("BYTES=2-5", 2, 4)]
    [InlineData("bytes=9-", 9, 1)]
    [InlineData("bytes=5-1000", 5, 5)]
    [InlineData("bytes=5-99999999999999999999999", 5, 5)]
    [InlineData("bytes=-3", 7, 3)]
    [InlineData("bytes=-1000", 0, 10)]
    public void A_part(string header, long offset, long length)
    {
        Assert.Equal(RangeAnswer.Part, RangeHeader.Read(header, 10, out var actualOffset, out var actualLength));
        Assert.Equal((offset, length), (actualOffset, actualLength));
    }

    [Theory]
    [InlineData("bytes=10-", 10)]
    [InlineData("bytes=10-20", 10)]
    [InlineData("bytes=99999999999999999999999-", 10)]
    [InlineData("bytes=-0", 10)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=-5", 0)]
    public void Not_satisfiable(string header, long size) => Assert.Equal(RangeAnswer.NotSatisfiable, RangeHeader.Read(header, size, out _, out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5")]
    [InlineData("bytes=5-3")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes= 1-2 -")]
    [InlineData("bytes=--5")]
    [InlineData("items=0-1")]
    public void The_whole(string? header)
    {
        Assert.Equal(RangeAnswer.Whole, RangeHeader.Read(header, 10, out var offset, out var length));
        Assert.Equal((0, 10), (offset, length));
    }
}
