using System.Globalization;

namespace Millrace.Bench;

/// <summary>A markdown table, printed when it is whole.</summary>
internal sealed class Table(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    public void Add(params object[] cells) => _rows.Add([.. cells.Select(Text)]);

    public void Print()
    {
        Line(headers);
        Line([.. headers.Select(_ => "---")]);
        _rows.ForEach(Line);
        Console.Out.WriteLine();
    }

    /// <summary>Three figures are as many as a shared machine gives; a ratio gets two decimals.</summary>
    private static string Text(object cell) => cell switch
    {
        double number when Math.Abs(number) >= 100 => number.ToString("0", CultureInfo.InvariantCulture),
        double number when Math.Abs(number) >= 10 => number.ToString("0.0", CultureInfo.InvariantCulture),
        double number => number.ToString("0.00", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    private static void Line(string[] cells) => Console.Out.WriteLine($"| {string.Join(" | ", cells)} |");
}
