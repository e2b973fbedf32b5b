namespace Millrace.Management;

/// <summary>Text that people give, as both databases take it and every list can show it.</summary>
internal static class PlainText
{
    /// <summary>Whether a text is not too long, and has no control character and no half of a surrogate pair.</summary>
    public static bool Is(string? text, int lengthMax)
    {
        if (text is null || text.Length > lengthMax) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i])) return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }
}
