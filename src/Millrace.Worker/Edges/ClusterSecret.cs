namespace Millrace.Worker.Edges;

/// <summary>The secret that edges and workers share; never printed.</summary>
internal sealed class ClusterSecret
{
    private const int LengthMin = 16;

    private ClusterSecret(string authorization) => Authorization = authorization;

    /// <summary>The value of the Authorization header.</summary>
    public string Authorization { get; }

    /// <summary>Reads the first line of a file.</summary>
    /// <exception cref="InvalidDataException">It is too short, or not of printable ASCII without spaces.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ClusterSecret Read(string path)
    {
        var secret = File.ReadLines(path).FirstOrDefault("").Trim();
        var isUsable = secret.Length >= LengthMin && secret.All(character => character is > ' ' and < '\x7f');
        return isUsable
            ? new ClusterSecret("Bearer " + secret)
            : throw new InvalidDataException(
                $"The cluster's secret in '{path}' must be {LengthMin} or more printable ASCII characters without "
                + "spaces; make one with: openssl rand -hex 32");
    }

    /// <inheritdoc/>
    public override string ToString() => "***";
}
