using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Management.Callers;

/// <summary>How callers are known. Configuration section <c>Management:Callers</c>.</summary>
public sealed record CallerOptions
{
    /// <summary>
    /// File with the cluster's secret, 16 characters or more in its first line: who has it reads the feed. Empty, the
    /// default: nobody does.
    /// </summary>
    public string SecretFile { get; init; } = "";

    /// <summary>
    /// File with a token in its first line, 16 characters or more, that makes whoever has it an owner: for a server of
    /// one machine, whose folder only its operator reads. Empty, the default: there is none.
    /// </summary>
    public string OwnerFile { get; init; } = "";

    /// <summary>
    /// Wrong keys and tokens of one address that are answered with 401, a minute, over time; what comes beyond is
    /// answered with 429. 1 to 100,000; default 30.
    /// </summary>
    [Range(1.0, 100_000)]
    public double WrongPerMinute { get; init; } = 30;

    /// <summary>Wrong ones that may come at once after quiet. 1 to 100,000; default 20.</summary>
    [Range(1, 100_000)]
    public int WrongAtOnce { get; init; } = 20;
}

/// <summary>Checks the ranges of <see cref="CallerOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class CallerOptionsValidator : IValidateOptions<CallerOptions>;

/// <summary>Checks before the host serves that the secrets are there.</summary>
internal sealed class CallerFiles : IValidateOptions<CallerOptions>
{
    private const int LengthMin = 16;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, CallerOptions options)
    {
        foreach (var file in new[] { options.SecretFile, options.OwnerFile }.Where(file => file.Length > 0))
        {
            try
            {
                Read(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return ValidateOptionsResult.Fail($"Management:Callers: {exception.Message}");
            }
        }
        return ValidateOptionsResult.Success;
    }

    /// <summary>The secret of a file.</summary>
    /// <exception cref="IOException">It cannot be read, or its first line is too short.</exception>
    public static string Read(string file)
    {
        var secret = File.ReadLines(file).FirstOrDefault("").Trim();
        return secret.Length >= LengthMin
            ? secret
            : throw new InvalidDataIOException($"'{file}' has no secret of {LengthMin} characters or more");
    }

    private sealed class InvalidDataIOException(string message) : IOException(message);
}
