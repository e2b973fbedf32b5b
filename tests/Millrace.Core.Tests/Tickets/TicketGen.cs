using CsCheck;
using Millrace.Core.Tickets;

namespace Millrace.Core.Tests.Tickets;

/// <summary>Random tickets.</summary>
internal static class TicketGen
{
    private static readonly Gen<string> Hash = Gen.Byte.Array[32].Select(Convert.ToHexStringLower);

    private static readonly Gen<TimeSpan> Span = Gen.Int[0, 600_000].Select(ms => TimeSpan.FromMilliseconds(ms));

    private static readonly Gen<DateTimeOffset> Time =
        Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    private static readonly Gen<string> Text = Gen.String[Gen.Char.AlphaNumeric, 1, 40];

    public static Gen<Ticket> Tickets { get; } = Gen.Select(
        Gen.Select(Gen.Guid, Text, Gen.Enum<Lane>(), Gen.Int[0, 255]),
        Gen.Select(Text, Text, Hash, Gen.Long[0, 1L << 40], Gen.Long[0, 1L << 40]),
        Gen.Select(Time, Span, Gen.Int[1, 9], Gen.Int[0, 9], Gen.Bool),
        (who, what, how) => new Ticket
        {
            Id = who.Item1,
            Tenant = who.Item2,
            Lane = who.Item3,
            Cell = who.Item4,
            Transform = what.Item1,
            Source = what.Item2,
            ContentHash = what.Item3,
            SourceBytes = what.Item4,
            Pixels = what.Item5,
            Deadline = how.Item1,
            Remaining = how.Item2,
            Attempt = how.Item3,
            Strikes = how.Item4,
            Hedge = how.Item5,
        });
}
