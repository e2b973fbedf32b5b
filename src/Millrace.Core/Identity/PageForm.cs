using System.Globalization;
using System.Text.Json.Serialization;

namespace Millrace.Core.Identity;

/// <summary>What every form has.</summary>
internal abstract class VersionedForm
{
    public int V { get; set; }

    protected static List<EntryForm?> FormsOf(IReadOnlyList<IdentityEntry> entries)
    {
        var forms = new List<EntryForm?>(entries.Count);
        foreach (var entry in entries) forms.Add(EntryForm.Of(entry));
        return forms;
    }

    protected static IdentityReading<IReadOnlyList<IdentityEntry>> Read(List<EntryForm?>? forms)
    {
        if (forms is null) return new(null, "It lacks its entries.");
        var entries = new List<IdentityEntry>(forms.Count);
        foreach (var form in forms)
        {
            if (form is null) return new(null, "One of its entries is null.");
            var reading = form.ToEntry();
            if (reading.Value is null) return new(null, reading.Reason);
            entries.Add(reading.Value);
        }
        return new(entries, "");
    }
}

/// <summary>An <see cref="IdentityPage"/> as it travels.</summary>
internal sealed class PageForm : VersionedForm
{
    public long? Reaches { get; set; }

    public long? Head { get; set; }

    public DateTimeOffset? At { get; set; }

    public int? LiveEdges { get; set; }

    public bool NeedsSnapshot { get; set; }

    // Absent means no: what was cut off must not look whole.
    public bool IsLast { get; set; }

    public List<EntryForm?>? Entries { get; set; }

    public static PageForm Of(IdentityPage page) => new()
    {
        V = IdentityText.Version,
        Reaches = page.Reaches,
        Head = page.Head,
        At = page.At,
        LiveEdges = page.LiveEdges,
        NeedsSnapshot = page.NeedsSnapshot,
        IsLast = page.IsLast,
        Entries = FormsOf(page.Entries),
    };

    public IdentityReading<IdentityPage> ToPage()
    {
        if (Reaches is not { } reaches || Head is not { } head || At is not { } at || LiveEdges is not { } edges)
            return new(null, "It lacks its revisions, its time or the number of edges.");
        if (reaches < 0 || head < reaches || edges < 1) return new(null, "Its revisions or its edges are impossible.");
        var entries = Read(Entries);
        return entries.Value is null ? new(null, entries.Reason) : new(
            new IdentityPage
            {
                Entries = entries.Value,
                Reaches = reaches,
                Head = head,
                At = at,
                LiveEdges = edges,
                NeedsSnapshot = NeedsSnapshot,
                IsLast = IsLast,
            }, "");
    }
}

/// <summary>Entries without a page, as they travel.</summary>
internal sealed class EntriesForm : VersionedForm
{
    public List<EntryForm?>? Entries { get; set; }

    public static EntriesForm Of(IReadOnlyList<IdentityEntry> entries) =>
        new() { V = IdentityText.Version, Entries = FormsOf(entries) };

    public IdentityReading<IReadOnlyList<IdentityEntry>> ToEntries() => Read(Entries);
}

/// <summary>An <see cref="IdentityDigest"/> as it travels.</summary>
internal sealed class DigestForm : VersionedForm
{
    public long? Revision { get; set; }

    public long? Entries { get; set; }

    // As text: JSON's numbers are doubles in many a reader.
    public string? Sum { get; set; }

    public static DigestForm Of(IdentityDigest digest) => new()
    {
        V = IdentityText.Version,
        Revision = digest.Revision,
        Entries = digest.Entries,
        Sum = digest.Sum.ToString("x16", CultureInfo.InvariantCulture),
    };

    public IdentityReading<IdentityDigest> ToDigest() =>
        Revision is { } revision && Entries is { } entries && Sum is { Length: 16 }
            && ulong.TryParse(Sum, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum)
                ? new(new IdentityDigest(revision, entries, sum), "")
                : new(default, "It lacks a revision, a count or a sum.");
}

/// <summary>Source-generated reading and writing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PageForm))]
[JsonSerializable(typeof(EntriesForm))]
[JsonSerializable(typeof(DigestForm))]
internal sealed partial class IdentityJson : JsonSerializerContext;
