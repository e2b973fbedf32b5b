using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Millrace.Core.Outbound;

/// <summary>
/// Reads URLs that strangers give. What two readers might take for two hosts is refused, not repaired: this reader and
/// the one that dials agree on every URL that passes. Pure.
/// </summary>
public static class OutboundUrl
{
    /// <summary>Longest URL in characters.</summary>
    public const int LengthMax = 2048;

    private const string Https = "https://";
    private const string Http = "http://";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private const int NameLengthMax = 253;
    private const int LabelLengthMax = 63;

    /// <summary>Reads a URL and holds it against the rules. Never throws.</summary>
    public static OutboundVerdict Check(string? text, OutboundRules rules)
    {
        if (text is null or "" || !IsPlain(text)) return new(OutboundRefusal.NotAUrl);
        if (text.Length > LengthMax) return new(OutboundRefusal.TooLong);
        var isHttps = text.StartsWith(Https, StringComparison.OrdinalIgnoreCase);
        if (!isHttps && !(rules.AllowsHttp && text.StartsWith(Http, StringComparison.OrdinalIgnoreCase)))
            return new(OutboundRefusal.Scheme);
        var rest = text[(isHttps ? Https : Http).Length..];
        var end = rest.AsSpan().IndexOfAny("/?#");
        return CheckAuthority(text, end < 0 ? rest : rest[..end], isHttps, rules);
    }

    private static OutboundVerdict CheckAuthority(string text, string authority, bool isHttps, OutboundRules rules)
    {
        if (authority.Contains('@')) return new(OutboundRefusal.UserInfo);
        if (Split(authority, isHttps) is not { } parts) return new(OutboundRefusal.NotAUrl);
        if (CheckHost(parts.Host, rules) is { } refusal) return new(refusal);
        if (!rules.AllowsPort(isHttps, parts.Port)) return new(OutboundRefusal.Port);
        return Agreed(text, parts) is { } url ? new(url) : new(OutboundRefusal.NotAUrl);
    }

    private static OutboundRefusal? CheckHost(string host, OutboundRules rules)
    {
        if (host.StartsWith('['))
        {
            if (ReadSix(host) is not { } six) return OutboundRefusal.OddAddress;
            return CheckAddress(six, host[1..^1], rules);
        }
        if (!IsName(host)) return OutboundRefusal.Host;
        // What ends in a number is an address to some readers, whatever else it looks like.
        if (EndsInNumber(host))
        {
            if (ReadFour(host) is not { } four) return OutboundRefusal.OddAddress;
            return CheckAddress(four, host, rules);
        }
        return rules.AllowsHost(host) ? null : OutboundRefusal.HostNotListed;
    }

    private static OutboundRefusal? CheckAddress(IPAddress address, string host, OutboundRules rules)
    {
        if (!rules.Allows(address)) return OutboundRefusal.AddressForbidden;
        return rules.AllowsHost(host) ? null : OutboundRefusal.HostNotListed;
    }

    private static (string Host, int Port)? Split(string authority, bool isHttps)
    {
        var bracket = authority.LastIndexOf(']');
        var colon = authority.IndexOf(':', Math.Max(0, bracket));
        var host = (colon < 0 ? authority : authority[..colon]).ToLowerInvariant();
        if (host.Length == 0) return null;
        if (colon < 0) return (host, isHttps ? 443 : 80);
        var digits = authority.AsSpan(colon + 1);
        return digits.Length is > 0 and <= 5 && digits[0] != '0'
            && ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (host, port)
            : null;
    }

    // The framework's own reader must have found the same host and port.
    private static Uri? Agreed(string text, (string Host, int Port) parts) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && url.Port == parts.Port
        && (url.IdnHost == parts.Host || $"[{url.IdnHost}]" == parts.Host)
            ? url
            : null;

    private static bool IsPlain(string text)
    {
        foreach (var letter in text)
        {
            // A backslash is a slash to browsers; the rest is to be percent-encoded, or, in a host, Punycode.
            if (letter is <= ' ' or >= '\x7F' or '\\') return false;
        }
        return true;
    }

    private static bool IsName(string host)
    {
        if (host.Length > NameLengthMax) return false;
        foreach (var range in host.AsSpan().Split('.'))
        {
            var label = host.AsSpan(range);
            if (label.Length is 0 or > LabelLengthMax || label[0] == '-' || label[^1] == '-') return false;
            foreach (var letter in label)
            {
                if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')) return false;
            }
        }
        return true;
    }

    private static bool EndsInNumber(string host)
    {
        var last = host.AsSpan(host.LastIndexOf('.') + 1);
        if (last.StartsWith("0x", StringComparison.Ordinal)) return !last[2..].ContainsAnyExcept(HexDigits);
        return !last.ContainsAnyExceptInRange('0', '9');
    }

    private static IPAddress? ReadFour(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetwork
        && address.ToString() == host
            ? address
            : null;

    private static IPAddress? ReadSix(string host) =>
        host.EndsWith(']') && !host.Contains('%') && IPAddress.TryParse(host[1..^1], out var address)
        && address.AddressFamily == AddressFamily.InterNetworkV6 && address.ToString() == host[1..^1]
            ? address
            : null;
}

/// <summary>A URL that may be dialled, or why not.</summary>
public readonly record struct OutboundVerdict
{
    internal OutboundVerdict(Uri url) => Url = url;

    internal OutboundVerdict(OutboundRefusal refusal) => Refusal = refusal;

    /// <summary>Null when refused.</summary>
    public Uri? Url { get; }

    /// <summary>
    /// Null when it may be dialled, as far as its text tells: a name's addresses are checked when dialled.
    /// </summary>
    public OutboundRefusal? Refusal { get; }
}
