using System.Globalization;

namespace Millrace.Region.Load;

/// <summary>Answers in a line.</summary>
internal static class Summary
{
    /// <summary>How many of each kind, and how long they took.</summary>
    public static string Of(IReadOnlyCollection<Answer> answers)
    {
        var kinds = answers.CountBy(Kind).OrderByDescending(kind => kind.Value)
            .Select(kind => $"{kind.Key}: {kind.Value}");
        var took = answers.Select(answer => answer.Took.TotalMilliseconds).Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", kinds)}; p50 {At(took, 0.5):0} ms, p99 {At(took, 0.99):0} ms, "
            + $"worst {At(took, 1):0} ms; {answers.Count(answer => answer.Sendings > 1)} sent to another edge");
    }

    private static string Kind(Answer answer) =>
        answer.IsConverted ? "converted" : $"{answer.Status} {answer.Code}".Trim();

    private static double At(List<double> sorted, double quantile) =>
        sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, Math.Floor(quantile * sorted.Count))];
}
