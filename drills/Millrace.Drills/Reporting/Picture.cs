using System.Globalization;
using System.Text;
using Millrace.Drills.History;
using Millrace.Drills.Judging;

namespace Millrace.Drills.Reporting;

/// <summary>A drill as a picture: latency and errors of conversions over time, with the faults marked.</summary>
internal static class Picture
{
    private const int Width = 960;
    private const int Height = 360;
    private const int Left = 60;
    private const int Bottom = 300;
    private const int Top = 30;
    private const double NsPerSecond = 1e9;
    private const double LeastMs = 1;
    private const double MostMs = 100_000;

    /// <summary>As SVG.</summary>
    public static string Draw(string title, Facts facts)
    {
        var spans = Spans.Of(facts, Operation.Convert).ToList();
        var end = facts.Entries.Select(entry => entry.TNs).DefaultIfEmpty(1).Max();
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {Height}' font-family='sans-serif' "
            + "font-size='11'>");
        Line(svg, $"<rect width='{Width}' height='{Height}' fill='#fff'/>");
        Line(svg, $"<text x='{Left}' y='18' font-size='14'>{Escape(title)}</text>");
        DrawFaults(svg, facts, end);
        DrawAxes(svg, end);
        foreach (var span in spans) DrawSpan(svg, span, end);
        Line(svg, $"<text x='{Left}' y='{Height - 10}'>each dot a conversion by its end: green well, orange refused, "
            + "red unknown; grey: faults</text>");
        Line(svg, "</svg>");
        return svg.ToString();
    }

    private static void DrawFaults(StringBuilder svg, Facts facts, long end)
    {
        var open = new Dictionary<string, long>();
        var row = 0;
        foreach (var entry in facts.Entries.Where(entry => entry.F is Operation.Fault or Operation.Heal))
        {
            if (entry is { F: Operation.Fault, Type: EntryType.Invoke }) open[entry.Key] = entry.TNs;
            if (entry.F != Operation.Heal || !open.Remove(entry.Key, out var from)) continue;
            var (x, to) = (X(from, end), X(entry.TNs, end));
            Line(svg, $"<rect x='{Text(x)}' y='{Top}' width='{Text(Math.Max(1, to - x))}' height='{Bottom - Top}' "
                + "fill='#ddd' fill-opacity='0.7'/>");
            var y = Top + 12 + (row++ % 4 * 13);
            Line(svg, $"<text x='{Text(x + 3)}' y='{y}' fill='#555'>{Escape(entry.Key)}</text>");
        }
    }

    private static void DrawAxes(StringBuilder svg, long end)
    {
        for (var ms = LeastMs; ms <= MostMs; ms *= 10)
        {
            var y = Text(Y(ms));
            Line(svg, $"<line x1='{Left}' x2='{Width - 10}' y1='{y}' y2='{y}' stroke='#eee'/>");
            var text = ms < 1000 ? $"{ms} ms" : $"{ms / 1000} s";
            Line(svg, $"<text x='{Left - 5}' y='{y}' text-anchor='end'>{text}</text>");
        }
        const int everySeconds = 10;
        for (var second = 0; second * NsPerSecond <= end; second += everySeconds)
        {
            var x = Text(X((long)(second * NsPerSecond), end));
            Line(svg, $"<text x='{x}' y='{Bottom + 16}' text-anchor='middle'>{second} s</text>");
        }
    }

    private static void DrawSpan(StringBuilder svg, Spans span, long end)
    {
        var colour = span.Type switch
        {
            EntryType.Ok => "#2a8",
            EntryType.Fail => "#e80",
            _ => "#d22",
        };
        var y = Y(Math.Clamp((span.ToNs - span.FromNs) / 1e6, LeastMs, MostMs));
        Line(svg, $"<circle cx='{Text(X(span.ToNs, end))}' cy='{Text(y)}' r='1.6' fill='{colour}'/>");
    }

    private static double X(long ns, long end) => Left + ((double)ns / end * (Width - Left - 10));

    private static double Y(double ms) => Bottom - (Math.Log10(ms) / Math.Log10(MostMs) * (Bottom - Top));

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text);

    private static void Line(StringBuilder svg, FormattableString text) =>
        svg.AppendLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Line(StringBuilder svg, string text) => svg.AppendLine(text);
}
