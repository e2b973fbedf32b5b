using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Identity;

/// <summary>How keys are taken. Configuration section <c>Edge:Keys</c>.</summary>
public sealed record KeyOptions
{
    /// <summary>
    /// Wrong keys of one address that are answered with 401, a minute, over time; what comes beyond is answered with
    /// 429. 1 to 100,000; default 30.
    /// </summary>
    [Range(1.0, 100_000)] public double WrongPerMinute { get; init; } = 30;

    /// <summary>Wrong keys that may come at once after quiet. 1 to 100,000; default 20.</summary>
    [Range(1, 100_000)] public int WrongAtOnce { get; init; } = 20;
}

/// <summary>Checks <see cref="KeyOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class KeyOptionsValidator : IValidateOptions<KeyOptions>;
