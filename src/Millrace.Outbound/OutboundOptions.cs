using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using Millrace.Core.Outbound;

namespace Millrace.Outbound;

/// <summary>How strangers' addresses are dialled. Configuration section <c>Outbound</c>.</summary>
public sealed record OutboundOptions
{
    /// <summary>
    /// Networks that may be dialled although they are not public, for example <c>10.1.0.0/16</c>. For tests and for
    /// services of one's own premises: whoever may name a URL reaches all that is in them. Default none.
    /// </summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>
    /// Whether <c>http</c> is dialled beside <c>https</c>: anybody on the way can read it. Default false.
    /// </summary>
    public bool AllowHttp { get; init; }

    /// <summary>How long a connection may take in all, name, addresses and TLS. 100 ms to 1 min; default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Addresses of one name that are tried. 1 to 16; default 4.</summary>
    [Range(1, 16)] public int AddressesMax { get; init; } = 4;

    /// <summary>Connections to one host and port at once. 1 to 1,000; default 32.</summary>
    [Range(1, 1_000)] public int ConnectionsPerHostMax { get; init; } = 32;

    /// <summary>
    /// How long a connection is used again before its name is asked for anew. 1 s to 1 h; default 2 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest head of an answer, in KiB. 1 to 64; default 16.</summary>
    [Range(1, 64)] public int HeadKibMax { get; init; } = 16;

    /// <summary>These as rules.</summary>
    /// <exception cref="FormatException">A network is none; the validator has told so before.</exception>
    public OutboundRules Rules() => new()
    {
        AllowsHttp = AllowHttp,
        Networks = [.. AllowedNetworks.Select(network => IPNetwork.Parse(network))],
    };
}

/// <summary>Checks <see cref="OutboundOptions"/> before the host serves.</summary>
[OptionsValidator]
internal sealed partial class OutboundRangesValidator : IValidateOptions<OutboundOptions>;

/// <summary>Checks that each network is one.</summary>
internal sealed class OutboundNetworksValidator : IValidateOptions<OutboundOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OutboundOptions options)
    {
        var wrong = options.AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                wrong.Select(network => $"AllowedNetworks: '{network}' is no network like 10.1.0.0/16."));
    }
}
