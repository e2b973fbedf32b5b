using Millrace.Core.Identity;

namespace Millrace.Core.Tests.Identity;

public sealed class FreshnessRulesTests
{
    [Theory]
    [InlineData(null, null, IdentityFreshness.Unknown)]
    [InlineData(0, null, IdentityFreshness.Fresh)]
    [InlineData(29, null, IdentityFreshness.Fresh)]
    [InlineData(30, null, IdentityFreshness.Late)]
    [InlineData(1_000_000, null, IdentityFreshness.Late)]
    [InlineData(59, 60, IdentityFreshness.Late)]
    [InlineData(60, 60, IdentityFreshness.TooOld)]
    [InlineData(10, 10, IdentityFreshness.TooOld)]
    [InlineData(null, 60, IdentityFreshness.Unknown)]
    public void Judge_AnAge_IsByTheRules(int? ageSeconds, int? maxSeconds, IdentityFreshness expected)
    {
        TimeSpan? most = maxSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var rules = new FreshnessRules(TimeSpan.FromSeconds(30), most);

        Assert.Equal(expected, rules.Judge(ageSeconds is { } age ? TimeSpan.FromSeconds(age) : null));
    }
}
