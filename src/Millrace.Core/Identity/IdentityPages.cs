namespace Millrace.Core.Identity;

/// <summary>Keeps pages within what <see cref="IdentityText"/> takes as one text.</summary>
public static class IdentityPages
{
    /// <summary>Most entries of one page as it travels.</summary>
    public const int EntriesMax = 1_000;

    /// <summary>
    /// Most characters of names and transforms in one page; escaped, at six bytes each, and with all else they stay
    /// below <see cref="IdentityText.BytesMax"/>. A single entry may have more, and then stands alone.
    /// </summary>
    public const int CharactersMax = 2 << 20;

    private const int CharactersOfAny = 512;

    /// <summary>
    /// A page in pieces, lowest revision first. Each reaches as far as it is whole; those before the last are not last,
    /// and tell by their <see cref="IdentityPage.Head"/> that more follows.
    /// </summary>
    public static IEnumerable<IdentityPage> Cut(IdentityPage page)
    {
        var from = 0;
        for (var end = EndOf(page.Entries, from); end < page.Entries.Count; end = EndOf(page.Entries, from))
        {
            yield return page with
            {
                Entries = Part(page.Entries, from, end),
                // What has the revision of the next piece's first entry may stand on both sides of the cut.
                Reaches = Math.Min(page.Reaches, page.Entries[end].Revision - 1),
                IsLast = false,
            };
            from = end;
        }
        yield return from == 0 ? page : page with { Entries = Part(page.Entries, from, page.Entries.Count) };
    }

    private static int EndOf(IReadOnlyList<IdentityEntry> entries, int from)
    {
        var (end, characters) = (from, 0);
        while (end < entries.Count && end - from < EntriesMax)
        {
            characters += CharactersOf(entries[end]);
            if (characters > CharactersMax && end > from) break;
            end++;
        }
        return end;
    }

    private static List<IdentityEntry> Part(IReadOnlyList<IdentityEntry> entries, int from, int end)
    {
        var part = new List<IdentityEntry>(end - from);
        for (var i = from; i < end; i++) part.Add(entries[i]);
        return part;
    }

    private static int CharactersOf(IdentityEntry entry) => entry is TenantEntry { Extras: { } extras }
        ? CharactersOfAny + CharactersOf(extras)
        : CharactersOfAny;

    private static int CharactersOf(TenantExtras extras) =>
        extras.SigningPairs.Sum(pair => pair.Id.Length + pair.Key.Length + pair.Salt.Length)
        + extras.Sources.Sum(source => source.Scheme.Length + source.HostSuffix.Length)
        + extras.Presets.Sum(preset => preset.Key.Length + preset.Value.Length)
        + extras.Hosts.Sum(host => host.Length)
        + extras.Endpoints.Sum(endpoint => endpoint.Name.Length + endpoint.Url.Length
            + endpoint.Types.Sum(type => type.Length) + endpoint.Secrets.Sum(secret => secret.Length));
}
