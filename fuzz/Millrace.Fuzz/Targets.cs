using System.Text;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Fuzz;

/// <summary>One action for each parser of untrusted input; throws when the parser does, or breaks a promise.</summary>
internal static class Targets
{
    /// <summary>By the name that the command line takes.</summary>
    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["probe"] = Probe,
        ["transform"] = Transform,
    };

    private static void Probe(byte[] bytes)
    {
        var outcome = HeaderProbe.Read(bytes);
        if (outcome.Header is { } header)
        {
            Hold(outcome is { Failure: null, Reason: "" }, "a header and a failure");
            Hold(header.Width > 0 && header.Height > 0, "sides below 1");
            Hold(header.Frames is > 0 and <= HeaderProbe.FramesCap, "frames out of range");
            Hold(header.Scans is > 0 and <= HeaderProbe.ScansCap, "scans out of range");
        }
        else
        {
            Hold(outcome.Failure is not null && outcome.Reason.EndsWith('.'), "neither header nor failure");
        }
    }

    private static void Transform(byte[] bytes)
    {
        var parsing = TransformParser.Parse(Encoding.UTF8.GetString(bytes));
        Hold(parsing.Transform is null != parsing.Refusal is null, "not exactly one of transform and refusal");
        if (parsing.Transform is not { } transform) return;
        var text = transform.ToString();
        var again = TransformParser.Parse(text).Transform;
        Hold(again == transform, $"'{text}' does not parse back to what it was written from");
        Hold(again?.ToString() == text, $"'{text}' is not the text of what it parses to");
    }

    private static void Hold(bool promise, string broken)
    {
        if (!promise) throw new InvalidOperationException($"Broken promise: {broken}.");
    }
}
