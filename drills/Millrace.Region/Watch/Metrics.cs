using System.Globalization;

namespace Millrace.Region.Watch;

/// <summary>Reads one counter from processes' metrics in Prometheus' text form.</summary>
internal sealed class Metrics(HttpClient client)
{
    /// <summary>The sum over all processes and all samples that the filter lets through.</summary>
    /// <param name="addresses">Processes; one that does not answer has no samples.</param>
    /// <param name="name">The metric's name in Prometheus' form.</param>
    /// <param name="filter">Sees the labels, as they stand between the braces.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<double> SumAsync(
        IEnumerable<Uri> addresses, string name, Func<string, bool> filter, CancellationToken cancellationToken)
    {
        var sum = 0.0;
        foreach (var address in addresses)
        {
            var text = await client.GetStringAsync(new Uri(address, "/metrics"), cancellationToken);
            sum += text.Split('\n').Where(IsSample).Where(line => filter(Labels(line))).Sum(Value);
        }
        return sum;

        bool IsSample(string line) => line.StartsWith(name + "{", StringComparison.Ordinal)
            || line.StartsWith(name + " ", StringComparison.Ordinal);
    }

    private static string Labels(string line)
    {
        var (open, close) = (line.IndexOf('{'), line.LastIndexOf('}'));
        return open >= 0 && close > open ? line[(open + 1)..close] : "";
    }

    private static double Value(string line)
    {
        var rest = line[(line.LastIndexOf('}') + 1)..].Trim();
        if (!line.Contains('{', StringComparison.Ordinal)) rest = line[(line.IndexOf(' ') + 1)..];
        return double.Parse(rest.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
