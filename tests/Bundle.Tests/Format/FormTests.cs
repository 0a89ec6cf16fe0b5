using System.Globalization;
using System.Text;
using System.Text.Json;
using Bundle.Faults;
using Bundle.Index;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>The form of bundle.json (spec IDX-1), place by place: each value made another one, each array and object with something too much in it.</summary>
public sealed class FormTests
{
    private static readonly byte[] Good = IndexWriter.Write(RuleTests.Make());

    private enum Change
    {
        Null,
        Float,
        Item,
        Member,
    }

    [Fact]
    public void Whatever_is_not_in_its_form_is_told_with_its_place()
    {
        foreach (var (at, end, kind) in Values())
        {
            foreach (var change in Changes(kind))
            {
                var bytes = Changed(at, end, change);
                var fault = (Record.Exception(() => IndexReader.Read(bytes)) as BundleException)?.Fault;
                var name = string.Create(CultureInfo.InvariantCulture, $"form: {change.ToString().ToLowerInvariant()} at {at}");
                Assert.True(fault is not null, name);
                Assert.Equal(FaultId.IndexInvalid, fault.Id);
                Said.Check(name, [fault]);
            }
        }
    }

    private static Change[] Changes(JsonTokenType kind) => kind switch
    {
        JsonTokenType.Number => [Change.Null, Change.Float],
        JsonTokenType.StartArray => [Change.Null, Change.Item],
        JsonTokenType.StartObject => [Change.Null, Change.Member],
        _ => [Change.Null],
    };

    private static byte[] Changed(int at, int end, Change change) => Encoding.UTF8.GetBytes(change switch
    {
        Change.Null => Text(..at) + "null" + Text(end..),
        Change.Float => Text(..end) + ".0" + Text(end..),
        Change.Item => Text(..(end - 1)) + (Text((end - 2)..(end - 1)) == "[" ? "" : ",") + "null" + Text((end - 1)..),
        _ => Text(..(end - 1)) + ",\"more\":1" + Text((end - 1)..),
    });

    private static string Text(Range range) => Encoding.UTF8.GetString(Good[range]);

    // Each value's first byte, and that behind its last.
    private static List<(int At, int End, JsonTokenType Kind)> Values()
    {
        var reader = new Utf8JsonReader(Good);
        var values = new List<(int At, int End, JsonTokenType Kind)>();
        var open = new Stack<int>();
        while (reader.Read())
        {
            var (at, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    var begun = open.Pop();
                    values[begun] = values[begun] with { End = end };
                    break;
                default:
                    if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    {
                        open.Push(values.Count);
                    }

                    values.Add((at, end, reader.TokenType));
                    break;
            }
        }

        return values;
    }
}
