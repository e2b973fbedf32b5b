using System.Collections.Frozen;
using Millrace.Core.Images;

namespace Millrace.Core.Transforms;

/// <summary>
/// The catalogue of every parameter: parser, refusals, canonical text, API description and command line options all
/// read it, so a parameter is added here and nowhere else. Its order is the order of the canonical text.
/// </summary>
public static partial class TransformParameters
{
    private static readonly ParameterChoice<(Fit Fit, bool ScaleDown)> Fits = new(
        ("inside", (Fit.Inside, false)), ("cover", (Fit.Cover, false)), ("contain", (Fit.Contain, false)),
        ("fill", (Fit.Fill, false)), ("scale-down", (Fit.Inside, true)));

    private static readonly ParameterChoice<int> Turns = new(("0", 0), ("90", 90), ("180", 180), ("270", 270));

    private static readonly ParameterChoice<Flip> Flips = new(
        ("none", Flip.None), ("horizontal", Flip.Horizontal), ("vertical", Flip.Vertical), ("both", Flip.Both));

    private static readonly ParameterChoice<OutputFormat> Formats = new(
        ("jpeg", OutputFormat.Jpeg), ("png", OutputFormat.Png), ("webp", OutputFormat.Webp),
        ("avif", OutputFormat.Avif), ("gif", OutputFormat.Gif), ("tiff", OutputFormat.Tiff),
        ("auto", OutputFormat.Auto), ("jpg", OutputFormat.Jpeg), ("tif", OutputFormat.Tiff));

    private static readonly ParameterChoice<MetadataPolicy> Metadata = new(
        ("strip", MetadataPolicy.Strip), ("copyright", MetadataPolicy.Copyright), ("keep", MetadataPolicy.Keep));

    private static readonly ParameterChoice<ColorPolicy> Colors = new(
        ("srgb", ColorPolicy.Srgb), ("keep", ColorPolicy.Keep));

    private static readonly ParameterChoice<bool> Animations = new(("keep", false), ("first", true));

    /// <summary>Every parameter, in the order of the canonical text.</summary>
    public static IReadOnlyList<TransformParameter> All { get; } =
        [.. Size(), .. Shape(), .. Look(), .. Mark(), .. Encode()];

    private static readonly FrozenDictionary<string, TransformParameter> ByName =
        All.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>The parameter of a name, which is case-sensitive; null: there is none.</summary>
    public static TransformParameter? Find(string name) => ByName.GetValueOrDefault(name);

    private static string ByFormat(Func<EncodingAbilities, int?> ability) => string.Join(", ", ImageFormats.All
        .Where(format => ability(EncodingDefaults.Abilities(format)) is not null)
        .Select(format => $"{format.Name()} {ability(EncodingDefaults.Abilities(format))}"));

    private static TransformParameter Of<T>(
        string name, ParameterValue<T> value, string description, string fallback, string example,
        Func<TransformDraft, T, TransformDraft> set, Func<Transform, string?> write) =>
        new(name, value.Allowed, value.Choices, description, fallback, example)
        {
            Read = (draft, text) => value.Read(text, out var read) ? set(draft, read) : null,
            Write = write,
        };

    private static Func<TransformDraft, T, TransformDraft> Set<T>(Func<Transform, T, Transform> set) =>
        (draft, value) => draft with { Transform = set(draft.Transform, value) };

    private static Func<TransformDraft, T, TransformDraft> SetMark<T>(Func<Watermark, T, Watermark> set) =>
        (draft, value) => draft with { Watermark = set(draft.Watermark, value) };
}
