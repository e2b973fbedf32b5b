using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Millrace.Core.Identity;

/// <summary>
/// The JSON forms of what the feed tells, as they travel and as they stand on an edge's disk. Each has its version in
/// the field <c>v</c>: fields may be added within a version, and are passed over by those who do not know them; what
/// changes a meaning takes a new version, and is refused by those who do not know it. Each is one line.
/// </summary>
public static class IdentityText
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int Version = 1;

    /// <summary>Longest text read, bytes.</summary>
    public const int BytesMax = 16 << 20;

    /// <summary>Writes a page; one of <see cref="IdentityPages.Cut"/> when it must be read again.</summary>
    public static byte[] Write(IdentityPage page) =>
        JsonSerializer.SerializeToUtf8Bytes(PageForm.Of(page), IdentityJson.Default.PageForm);

    /// <summary>Writes what is known of a key.</summary>
    public static byte[] Write(IReadOnlyList<IdentityEntry> entries) =>
        JsonSerializer.SerializeToUtf8Bytes(EntriesForm.Of(entries), IdentityJson.Default.EntriesForm);

    /// <summary>Writes a digest.</summary>
    public static byte[] Write(IdentityDigest digest) =>
        JsonSerializer.SerializeToUtf8Bytes(DigestForm.Of(digest), IdentityJson.Default.DigestForm);

    /// <summary>Reads a page; never throws.</summary>
    public static IdentityReading<IdentityPage> ReadPage(ReadOnlySpan<byte> text) =>
        Read(text, IdentityJson.Default.PageForm, form => form.ToPage());

    /// <summary>Reads what is known of a key; never throws.</summary>
    public static IdentityReading<IReadOnlyList<IdentityEntry>> ReadEntries(ReadOnlySpan<byte> text) =>
        Read(text, IdentityJson.Default.EntriesForm, form => form.ToEntries());

    /// <summary>Reads a digest; never throws.</summary>
    public static IdentityReading<IdentityDigest> ReadDigest(ReadOnlySpan<byte> text) =>
        Read(text, IdentityJson.Default.DigestForm, form => form.ToDigest());

    private static IdentityReading<T> Read<TForm, T>(
        ReadOnlySpan<byte> text, JsonTypeInfo<TForm> type, Func<TForm, IdentityReading<T>> convert)
        where TForm : VersionedForm
    {
        if (text.Length > BytesMax) return new(default, $"It has more than {BytesMax} bytes.");
        try
        {
            var form = JsonSerializer.Deserialize(text, type);
            if (form is null) return new(default, "It is null.");
            return form.V == Version
                ? convert(form)
                : new(default, FormattableString.Invariant($"Its version is {form.V}; this build reads {Version}."));
        }
        catch (JsonException exception)
        {
            // Where, and not what: the text has secrets in it.
            return new(default, $"It cannot be read at {exception.Path} in byte {exception.BytePositionInLine}.");
        }
    }
}

/// <summary>What was read, or the reason why nothing was.</summary>
/// <param name="Value">Nothing of use when there is a reason.</param>
/// <param name="Reason">One sentence for the operator; empty when it was read.</param>
public readonly record struct IdentityReading<T>(T? Value, string Reason)
{
    /// <summary>Whether it was read.</summary>
    public bool IsRead => Reason.Length == 0;
}
