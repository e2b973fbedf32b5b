using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Millrace.Edge.Convert;

/// <summary>How long a request to convert may take. Configuration section <c>Edge:Convert</c>.</summary>
public sealed record ConvertOptions
{
    /// <summary>How long a whole body may take to arrive. 100 ms to 10 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a request may wait for its conversion once its body is there. 100 ms to 10 min; default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What made the results: part of every ETag, as another build may encode other bytes. Default: this build's
    /// version.
    /// </summary>
    [Required]
    public string Build { get; init; } = typeof(ConvertOptions).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}

/// <summary>Checks <see cref="ConvertOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class ConvertOptionsValidator : IValidateOptions<ConvertOptions>;
