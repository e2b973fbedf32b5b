using System.Globalization;
using System.Net;
using System.Text;
using Millrace.Billing.Rating;

namespace Millrace.Billing.Periods;

/// <summary>An invoice as one page that can be printed: no script, nothing fetched.</summary>
internal static class InvoiceHtml
{
    private const string Style = """
        :root { color-scheme: light; }
        body { font: 14px/1.45 system-ui, sans-serif; color: #1a1d21; background: #fff; max-width: 52rem;
          margin: 2.5rem auto; padding: 0 1.5rem; }
        header { display: flex; justify-content: space-between; gap: 2rem; margin-bottom: 2rem; }
        h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
        .seller { white-space: pre-line; text-align: right; color: #40464d; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.5rem; }
        dt { color: #5b636b; } dd { margin: 0; }
        table { border-collapse: collapse; width: 100%; }
        th { text-align: left; font-weight: 600; border-bottom: 2px solid #1a1d21; padding: .4rem .5rem; }
        td { border-bottom: 1px solid #d9dde1; padding: .4rem .5rem; vertical-align: top; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        small { color: #5b636b; display: block; }
        tfoot td { border-bottom: 0; } tfoot .total td { font-weight: 700; font-size: 1.1rem;
          border-top: 2px solid #1a1d21; }
        @page { size: A4; margin: 18mm; }
        @media print { body { margin: 0; padding: 0; max-width: none; } tr { break-inside: avoid; } }
        """;

    public static byte[] Write(Invoice invoice)
    {
        var page = new StringBuilder();
        Head(page, invoice);
        page.Append("<table>\n<thead><tr><th>For</th><th class=\"n\">Units</th><th class=\"n\">Price</th>")
            .Append("<th class=\"n\">Amount</th></tr></thead>\n<tbody>\n");
        foreach (var line in invoice.Lines) Row(page, invoice, line);
        page.Append("</tbody>\n");
        Foot(page, invoice);
        page.Append("</table>\n</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static void Head(StringBuilder page, Invoice invoice) => page
        .Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append(CultureInfo.InvariantCulture,
            $"<title>Invoice {Safe(invoice.Number)}</title>\n<style>\n{Style}\n</style>\n")
        .Append("</head>\n<body>\n<header>\n<div>")
        .Append(CultureInfo.InvariantCulture,
            $"<h1>Invoice {Safe(invoice.Number)}</h1>Usage of {Safe(invoice.Period)}</div>\n")
        .Append(CultureInfo.InvariantCulture, $"<div class=\"seller\">{Safe(invoice.Seller)}</div>\n</header>\n<dl>\n")
        .Append(CultureInfo.InvariantCulture, $"<dt>For</dt><dd>{Safe(invoice.Tenant)}</dd>\n")
        .Append(CultureInfo.InvariantCulture, $"<dt>Date</dt><dd>{Safe(invoice.Date)}</dd>\n")
        .Append(CultureInfo.InvariantCulture, $"<dt>Currency</dt><dd>{Safe(invoice.Currency)}</dd>\n</dl>\n");

    private static void Row(StringBuilder page, Invoice invoice, InvoiceLine line) => page
        .Append(CultureInfo.InvariantCulture,
            $"<tr><td>{Safe(InvoiceWords.Text(line))}<small>{Safe(InvoiceWords.Span(line))}</small></td>")
        .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{(line.Unit is null ? "" : Grouped(line.Units))}</td>")
        .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Price(invoice, line)}</td>")
        .Append(CultureInfo.InvariantCulture,
            $"<td class=\"n\">{Currency.Exact(line.AmountMicros, invoice.Currency)}</td></tr>\n");

    private static void Foot(StringBuilder page, Invoice invoice)
    {
        page.Append("<tfoot>\n");
        if (!invoice.RoundingMicros.IsZero)
        {
            var rounding = Currency.Exact(invoice.RoundingMicros, invoice.Currency);
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td colspan=\"3\">Rounding</td><td class=\"n\">{rounding}</td></tr>\n");
        }
        page.Append(CultureInfo.InvariantCulture,
            $"<tr class=\"total\"><td colspan=\"3\">To pay, {Safe(invoice.Currency)}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{invoice.Total}</td></tr>\n</tfoot>\n");
    }

    private static string Price(Invoice invoice, InvoiceLine line)
    {
        if (line.Kind is LineKind.Included) return "included";
        if (line.PriceMicros is not { } price) return "";
        var text = Currency.Exact(price, invoice.Currency);
        if (line.Unit is null) return text + " a month";
        return line.PerUnits == 1 ? text : $"{text} for {Grouped(line.PerUnits)}";
    }

    private static string Grouped(long number) =>
        number.ToString("#,0", CultureInfo.InvariantCulture).Replace(",", "\u202f", StringComparison.Ordinal);

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
