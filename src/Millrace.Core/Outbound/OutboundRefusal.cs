namespace Millrace.Core.Outbound;

/// <summary>Why a URL is not dialled.</summary>
public enum OutboundRefusal
{
    /// <summary>It is no URL, or has letters that must be encoded, or could be read in two ways.</summary>
    NotAUrl,

    /// <summary>It is longer than <see cref="OutboundUrl.LengthMax"/>.</summary>
    TooLong,

    /// <summary>Its scheme is not https, nor http where that is allowed.</summary>
    Scheme,

    /// <summary>It has a user or a password in it.</summary>
    UserInfo,

    /// <summary>Its host is no name as DNS has them.</summary>
    Host,

    /// <summary>Its host is an address in another form than the plain one: octal, hexadecimal, one number, …</summary>
    OddAddress,

    /// <summary>Its host is an address that is not public.</summary>
    AddressForbidden,

    /// <summary>Its port is not allowed.</summary>
    Port,

    /// <summary>Its host is not among those allowed.</summary>
    HostNotListed,
}

/// <summary>What to tell of a refusal.</summary>
public static class OutboundRefusals
{
    /// <summary>One sentence for whoever gave the URL.</summary>
    public static string Told(this OutboundRefusal refusal) => refusal switch
    {
        OutboundRefusal.NotAUrl => "It is not a plain absolute URL.",
        OutboundRefusal.TooLong => $"It is longer than {OutboundUrl.LengthMax} characters.",
        OutboundRefusal.Scheme => "Its scheme must be https.",
        OutboundRefusal.UserInfo => "It must not hold a user or password.",
        OutboundRefusal.Host => "Its host is no DNS name.",
        OutboundRefusal.OddAddress => "Its host is an address in an unusual form.",
        OutboundRefusal.AddressForbidden => "Its address is not a public one.",
        OutboundRefusal.Port => "Its port is not allowed.",
        OutboundRefusal.HostNotListed => "Its host is not among those allowed.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "not a refusal"),
    };
}
