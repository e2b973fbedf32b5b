using System.Numerics;
using CsCheck;
using Millrace.Billing.Periods;
using Millrace.Billing.Plans;
using Millrace.Billing.Rating;
using Millrace.Core.Plans;
using Millrace.Core.Usage;

namespace Millrace.Billing.Tests.Rating;

public sealed class RaterTests
{
    private const long November = 30L * 24 * 3_600_000;
    private static readonly Share Whole = new(November, November);

    private static readonly Gen<PlanCharge> Charges =
        from included in Gen.Long[0, 5_000]
        from per in Gen.Int[0, 2].Select(index => index switch { 0 => 1L, 1 => 7, _ => 1_000 })
        from borders in Gen.Long[1, 100_000].Array[0, 4]
        from prices in Gen.Long[0, 10_000_000].Array[5]
        select new PlanCharge(UsageUnit.StandardResults, included, per, Tiers(borders, prices));

    private static readonly Gen<Share> Shares = Gen.Long[0, November].Select(part => new Share(part, November));

    [Fact]
    public void Cost_WhenMoreIsUsed_IsNeverLessAndNeverNegative()
    {
        Gen.Select(Charges, Shares, Gen.Long[0, 200_000], Gen.Long[0, 200_000]).Sample((charge, share, units, more) =>
        {
            var (less, all) = (Rater.Cost(charge, share, units), Rater.Cost(charge, share, units + more));
            return less.Above.Sign >= 0 && (all - less).Above.Sign >= 0;
        });
    }

    [Fact]
    public void Units_OfAllLines_AreTheUnitsUsed()
    {
        Gen.Select(Charges, Shares, Gen.Long[0, 200_000]).Sample((charge, share, units) =>
            Rater.Rate(new PlanPrices("EUR", 0, [charge]), share, Used(units)).Sum(line => line.Units) == units);
    }

    [Fact]
    public void LateUse_InAnyParts_CostsWhatItWouldHaveAtOnce()
    {
        Gen.Select(Charges, Shares, Gen.Long[0, 50_000], Gen.Long[0, 50_000], Gen.Long[0, 50_000]).Sample(
            (charge, share, one, two, three) =>
            {
                var prices = new PlanPrices("EUR", 0, [charge]);
                var late = Rater.RateLate(prices, share, Used(one), Used(one + two))
                    .Concat(Rater.RateLate(prices, share, Used(one + two), Used(one + two + three)))
                    .Aggregate(Rater.Cost(charge, share, one), (sum, line) => sum + line.Amount);
                return IsEqual(late, Rater.Cost(charge, share, one + two + three));
            });
    }

    [Fact]
    public void Invoice_LinesAndRounding_AreItsTotal_AndNoLineIsNegative()
    {
        var lines = Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Long[1, 1_000]).Array[0, 20];
        Gen.Select(lines, Gen.Int[0, 2].Select(index => index switch { 0 => "EUR", 1 => "JPY", _ => "BHD" }))
            .Sample((amounts, currency) =>
        {
            var invoice = Invoice(currency, amounts);
            var exact = amounts.Aggregate(Fraction.Zero, (sum, each) => sum + new Fraction(each.Item1, each.Item2));
            var smallest = Currency.MicrosOfSmallest(currency);
            var sum = invoice.Lines.Aggregate(BigInteger.Zero, (all, line) => all + line.AmountMicros);
            return sum + invoice.RoundingMicros == invoice.TotalMicros
                && invoice.Lines.All(line => line.AmountMicros >= 0)
                && invoice.TotalMicros == exact.RoundTo(smallest) * smallest
                && BigInteger.Abs(invoice.TotalMicros - exact.Floor()) <= (smallest / 2) + 1;
        });
    }

    [Fact]
    public void Tiers_WhenPassed_HoldForTheirUnitsAlone()
    {
        var charge = new PlanCharge(
            UsageUnit.StandardResults, 100, 1_000, [new(1_000, 2_000_000), new(2_000, 1_000_000), new(null, 500_000)]);

        var lines = Rater.Rate(new PlanPrices("EUR", 5_000_000, [charge]), Whole, Used(2_500)).ToList();

        Assert.Equal([LineKind.Monthly, LineKind.Included, LineKind.Use, LineKind.Use, LineKind.Use],
            lines.Select(line => line.Kind));
        Assert.Equal([1L, 100, 900, 1_000, 500], lines.Select(line => line.Units));
        Assert.Equal([5_000_000, 0, 1_800_000, 1_000_000, 250_000], lines.Select(line => line.Amount.Floor()));
    }

    [Fact]
    public void PartOfAMonth_HasThatPartOfPriceUnitsAndBorders()
    {
        var charge = new PlanCharge(UsageUnit.StandardResults, 101, 1, [new(200, 1_000_000), new(null, 0)]);

        var lines = Rater.Rate(new PlanPrices("EUR", 3_000_000, [charge]), new Share(1, 2), Used(500)).ToList();

        Assert.Equal([1L, 50, 50, 400], lines.Select(line => line.Units));
        Assert.Equal([1_500_000, 0, 50_000_000, 0], lines.Select(line => line.Amount.Floor()));
    }

    [Theory]
    [InlineData(4_999, "EUR", "0.00")]
    [InlineData(5_000, "EUR", "0.01")]
    [InlineData(499_999, "JPY", "0")]
    [InlineData(500_000, "JPY", "1")]
    [InlineData(1_234_500, "BHD", "1.235")]
    public void Total_AtAHalf_GoesUp(long micros, string currency, string total)
    {
        Assert.Equal(total, Invoice(currency, [(micros, 1)]).Total);
    }

    [Fact]
    public void Thirds_AreNotLostLineByLine()
    {
        var invoice = Invoice("EUR", [(10_000_000, 3), (10_000_000, 3), (10_000_000, 3)]);

        Assert.Equal([3_333_333, 3_333_333, 3_333_334], invoice.Lines.Select(line => line.AmountMicros));
        Assert.Equal("10.00", invoice.Total);
    }

    private static bool IsEqual(Fraction one, Fraction other) => one.Above * other.Below == other.Above * one.Below;

    private static UsedUnits Used(long units) => UsedUnits.None.With(UsageClass.Standard, units, units, 0, 0, 0);

    private static PriceTier[] Tiers(long[] borders, long[] prices) =>
    [
        .. borders.Distinct().Order().Select((border, index) => new PriceTier(border, prices[index])),
        new(null, prices[4]),
    ];

    private static Invoice Invoice(string currency, (long Above, long Below)[] amounts) => InvoiceMaking.Make(
        "M1", new Period(2026, 11), "us", "acme", currency, amounts.Select(amount => (
            new RatedLine(LineKind.Use, UsageUnit.Pixels, 1, 1, 1, new Fraction(amount.Above, amount.Below)),
            new InvoiceLine
            {
                Kind = LineKind.Use,
                Period = "2026-11",
                Plan = "basic",
                PlanVersion = 1,
                From = new Period(2026, 11).From,
                Until = new Period(2026, 11).Until,
                Units = 1,
                PerUnits = 1,
                AmountMicros = 0,
            })));
}
