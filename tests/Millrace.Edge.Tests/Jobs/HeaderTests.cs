using CsCheck;
using Microsoft.AspNetCore.Http;
using Millrace.Edge.Jobs;

namespace Millrace.Edge.Tests.Jobs;

public sealed class HeaderTests
{
    [Theory]
    [InlineData("", false, null)]
    [InlineData("respond-async", true, null)]
    [InlineData("Respond-Async, wait=10", true, 10)]
    [InlineData("wait = 10", false, 10)]
    [InlineData("wait=\"7\"; x=y", false, 7)]
    [InlineData("wait=1, wait=2", false, 1)]
    [InlineData("wait", false, null)]
    [InlineData("wait=-1", false, null)]
    [InlineData("wait=ten, handling=lenient", false, null)]
    [InlineData("wait=999999", false, 86_400)]
    public void Prefer_AsRfc7240HasIt_IsRead(string text, bool respondAsync, int? wait)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["Prefer"] = text;

        var read = PreferHeader.Read(request);

        Assert.Equal((respondAsync, wait), (read.RespondAsync, (int?)read.Wait?.TotalSeconds));
    }

    [Theory]
    [InlineData("\"8f14e45f\"", "8f14e45f")]
    [InlineData("\" a \"", " a ")]
    [InlineData("\"a\\\"b\\\\\"", "a\"b\\")]
    [InlineData("8f14e45f", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"a", null)]
    [InlineData("\"a\"b\"", null)]
    [InlineData("\"a\\\"", null)]
    [InlineData("\"a\\n\"", null)]
    [InlineData("\"ü\"", null)]
    [InlineData("\"a\";x=1", null)]
    public void IdempotencyKey_AQuotedString_IsRead(string text, string? key) =>
        Assert.Equal(key, IdempotencyKey.Unquote(text));

    [Fact]
    public void IdempotencyKey_OfPrintableCharacters_IsReadAsItWas() =>
        Gen.String[Gen.Char[' ', '~'], 1, 255].Sample(key =>
        {
            var escaped = key.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal);

            Assert.Equal(key, IdempotencyKey.Unquote($"\"{escaped}\""));
        });
}
