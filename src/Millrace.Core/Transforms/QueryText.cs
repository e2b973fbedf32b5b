using System.Text;
using System.Text.Unicode;

namespace Millrace.Core.Transforms;

/// <summary>Splits and decodes a query string (application/x-www-form-urlencoded), strictly.</summary>
internal static class QueryText
{
    /// <summary>The pairs as written, without leading '?' and empty parts; no '=' means an empty value.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Split(string query)
    {
        foreach (var part in query[(query.StartsWith('?') ? 1 : 0)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? new(part, "") : new(part[..equals], part[(equals + 1)..]);
        }
    }

    /// <summary>Percent escapes and '+' decoded; null: an escape is malformed or the bytes are no UTF-8.</summary>
    public static string? Decode(string text)
    {
        if (text.AsSpan().IndexOfAny('%', '+') < 0) return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                bytes[length++] = bytes[i] == '+' ? (byte)' ' : bytes[i];
                continue;
            }
            if (i + 2 >= bytes.Length || !TryHex(bytes[i + 1], bytes[i + 2], out bytes[length])) return null;
            length++;
            i += 2;
        }
        var decoded = bytes.AsSpan(0, length);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }

    private static bool TryHex(byte high, byte low, out byte value)
    {
        value = 0;
        if (!char.IsAsciiHexDigit((char)high) || !char.IsAsciiHexDigit((char)low)) return false;
        value = (byte)((Digit(high) << 4) | Digit(low));
        return true;
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
