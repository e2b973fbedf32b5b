using System.Globalization;
using System.Numerics;

namespace Millrace.Billing.Rating;

/// <summary>How amounts of a currency are paid and written.</summary>
internal static class Currency
{
    private const int MicrosDigits = 6;
    private const long MicrosOfOne = 1_000_000;

    // ISO 4217: currencies whose smallest coin is not a hundredth.
    private static readonly string[] Whole =
    [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ];

    private static readonly string[] Thousandths = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

    /// <summary>Millionths in the smallest amount that can be paid.</summary>
    public static long MicrosOfSmallest(string currency)
    {
        var micros = MicrosOfOne;
        for (var digit = 0; digit < DigitsOf(currency); digit++) micros /= 10;
        return micros;
    }

    /// <summary>An amount that can be paid, for example <c>12.30</c>.</summary>
    public static string Text(BigInteger micros, string currency) => Text(micros, DigitsOf(currency));

    /// <summary>An amount to the millionth, without zeros at its end beyond what is paid.</summary>
    public static string Exact(BigInteger micros, string currency)
    {
        var text = Text(micros, MicrosDigits);
        var least = text.Length - MicrosDigits + DigitsOf(currency);
        var length = text.Length;
        while (length > least && text[length - 1] == '0') length--;
        return text[..length].TrimEnd('.');
    }

    private static int DigitsOf(string currency)
    {
        if (Whole.Contains(currency)) return 0;
        return Thousandths.Contains(currency) ? 3 : 2;
    }

    private static string Text(BigInteger micros, int digits)
    {
        var (whole, part) = BigInteger.DivRem(BigInteger.Abs(micros), MicrosOfOne);
        var sign = micros.Sign < 0 ? "-" : "";
        var text = ((long)part).ToString("D6", CultureInfo.InvariantCulture)[..digits];
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}{(digits > 0 ? "." : "")}{text}");
    }
}
