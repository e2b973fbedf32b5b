using System.Globalization;

namespace Millrace.Roles;

/// <summary>The option --brokers as settings.</summary>
internal static class BrokerList
{
    /// <summary>Adds each node's address to the section <c>Queue:Rabbit</c>.</summary>
    public static void AddTo(Dictionary<string, string?> settings, string brokers)
    {
        var nodes = brokers.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var (index, node) in nodes.Index())
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"Queue:Rabbit:Nodes:{index}")] = node;
        }
    }
}
