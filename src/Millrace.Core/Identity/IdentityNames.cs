namespace Millrace.Core.Identity;

/// <summary>The names of tenants, plans, endpoints and readers.</summary>
public static class IdentityNames
{
    /// <summary>Longest name, characters.</summary>
    public const int LengthMax = 64;

    /// <summary>Whether a text is 1 to 64 of <c>a-z 0-9 -</c>.</summary>
    public static bool IsName(string? text)
    {
        if (text is not { Length: > 0 and <= LengthMax }) return false;
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '-') return false;
        }
        return true;
    }
}
