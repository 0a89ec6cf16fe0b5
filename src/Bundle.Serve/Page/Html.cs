using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Bundle.Serve.Page;

/// <summary>An HTML document in the making: what is written in code is markup, every value between it is escaped.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new(16 * 1024);

    /// <summary>Adds markup with values, such as <c>$"&lt;td&gt;{name}&lt;/td&gt;"</c>; attributes stand in double quotes.</summary>
    public Html Add([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        _ = markup;
        return this;
    }

    /// <summary>Adds a style sheet or script of the program's own, as it is.</summary>
    public void AddOwn(string text) => _text.Append(text);

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Takes an interpolated string apart into markup and values.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup
    {
        private readonly StringBuilder _text;

        /// <summary>As the compiler makes it.</summary>
        public Markup(int literalLength, int formattedCount, Html html)
        {
            _text = html._text;
            _text.EnsureCapacity(_text.Length + literalLength + (16 * formattedCount));
        }

        /// <summary>The markup.</summary>
        public void AppendLiteral(string markup) => _text.Append(markup);

        /// <summary>A text value.</summary>
        public void AppendFormatted(string value) => _text.Append(HtmlEncoder.Default.Encode(value));

        /// <summary>A number.</summary>
        public void AppendFormatted(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));
    }
}
