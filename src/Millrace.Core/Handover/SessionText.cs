using System.Globalization;

namespace Millrace.Core.Handover;

/// <summary>
/// The messages of a session. From the worker: hello (first), started, left. From the edge: welcome (first), pace.
/// </summary>
public static class SessionText
{
    /// <summary>Longest message, characters.</summary>
    public const int LengthMax = 1024;

    private const char Divider = '\n';

    /// <summary>A worker's first message.</summary>
    public static string Hello(WorkerIdentity worker) => string.Join(
        Divider, "hello", worker.Instance.ToString("N"), worker.Kernels.ToString(CultureInfo.InvariantCulture),
        Line(worker.Name), Line(worker.Build));

    /// <summary>Reads <see cref="Hello"/>; null when it is none.</summary>
    public static WorkerIdentity? ReadHello(string text)
    {
        var lines = text.Split(Divider);
        return lines is ["hello", var instance, var kernels, { Length: > 0 } name, { Length: > 0 } build]
            && Guid.TryParseExact(instance, "N", out var id)
            && int.TryParse(kernels, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? new WorkerIdentity(name, id, build, count)
            : null;
    }

    /// <summary>An edge's first message: its clock, for deadlines.</summary>
    public static string Welcome(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"welcome\n{now.ToUnixTimeMilliseconds()}");

    /// <summary>Reads <see cref="Welcome"/>; null when it is none.</summary>
    public static DateTimeOffset? ReadWelcome(string text) =>
        text.Split(Divider) is ["welcome", var now]
        && long.TryParse(now, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>A kernel of the worker gets the ticket's image now.</summary>
    public static string Started(Guid id) => "started\n" + id.ToString("N");

    /// <summary>Reads <see cref="Started"/>; null when it is none.</summary>
    public static Guid? ReadStarted(string text) =>
        text.Split(Divider) is ["started", var id] && Guid.TryParseExact(id, "N", out var read) ? read : null;

    /// <summary>The worker has not the ticket any more, and could not say so by a give-up.</summary>
    public static string Left(Guid id) => "left\n" + id.ToString("N");

    /// <summary>Reads <see cref="Left"/>; null when it is none.</summary>
    public static Guid? ReadLeft(string text) =>
        text.Split(Divider) is ["left", var id] && Guid.TryParseExact(id, "N", out var read) ? read : null;

    /// <summary>
    /// How slow the worker is: its time a megapixel as a multiple of the fleet's median, by formats alike.
    /// </summary>
    public static string Pace(double ofMedian) =>
        string.Create(CultureInfo.InvariantCulture, $"pace\n{ofMedian:0.###}");

    /// <summary>Reads <see cref="Pace"/>; null when it is none.</summary>
    public static double? ReadPace(string text) =>
        text.Split(Divider) is ["pace", var ratio]
        && double.TryParse(ratio, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read)
            ? read
            : null;

    private static string Line(string text) => text.ReplaceLineEndings(" ");
}
