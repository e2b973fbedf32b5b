using System.Net;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core.Conversions;
using Millrace.Core.Images;

namespace Millrace.Edge.Tests.Uploads;

public sealed class MultipartTests
{
    private static readonly byte[] Picture = Pictures.Png();
    private static readonly byte[] Mark = Pictures.Png(8, 8);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Form_WithFileAndWatermark_ReachesTheConverterWhole(bool watermarkFirst)
    {
        var (source, mark, transform) = (Array.Empty<byte>(), Array.Empty<byte>(), "");
        await using var server = await EdgeServer.StartAsync(Look);
        (string, byte[])[] fields = [("file", Picture), ("watermark", Mark)];

        var response = await server.ConvertAsync(
            "?width=20&watermark=upload", Pictures.Form(watermarkFirst ? [.. fields.Reverse()] : fields));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Picture, source);
        Assert.Equal(Mark, mark);
        Assert.Contains("sha256:" + HexOf(Mark), Uri.UnescapeDataString(transform), StringComparison.Ordinal);

        Task<ConversionOutcome> Look(ConversionRequest request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (source, mark) = (request.Source.ToArray(), request.Watermark.ToArray());
            transform = request.Transform.ToString();
            return Task.FromResult(Converters.Success(request));
        }
    }

    [Fact]
    public async Task Form_WithFileAlone_Converts()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync("?width=20", Pictures.Form(("file", Picture)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Form_WithLargeFile_ReachesTheConverterWhole()
    {
        var length = 0;
        await using var server = await EdgeServer.StartAsync((request, _) =>
        {
            length = request.Source.Length;
            return Task.FromResult(Converters.Success(request));
        });

        await server.ConvertAsync("", Pictures.Form(("file", Pictures.Png(bytes: 4_000_000))));

        Assert.Equal(4_000_000, length);
    }

    [Theory]
    [InlineData("The field file is missing", "watermark")]
    [InlineData("The field file came twice", "file", "file")]
    [InlineData("The field watermark came twice", "watermark", "file", "watermark")]
    [InlineData("'other' is no known field", "file", "other")]
    public async Task Form_WithOtherFields_Answers400ByName(string found, params string[] fields)
    {
        await using var server = await EdgeServer.StartAsync();
        var form = Pictures.Form([.. fields.Select(f => (f, Picture))]);

        var response = await server.ConvertAsync("", form);

        var problem = await response.ProblemAsync(400, "bad-multipart");
        Assert.StartsWith(found, problem.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multipart/form-data", "--x\r\n\r\n")]
    [InlineData("multipart/form-data; boundary=x", "no boundary anywhere")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nbroken header\r\n\r\nabc\r\n--x--\r\n")]
    public async Task Form_WhenFramingIsBroken_Answers400(string type, string body)
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync("", Pictures.Body(Encoding.ASCII.GetBytes(body), type));

        await response.ProblemAsync(400, "bad-multipart");
    }

    [Fact]
    public async Task Form_WhenFileIsOverTheLimit_Answers413()
    {
        await using var server = await EdgeServer.StartAsync(limits: new ImageLimits { BytesMax = 100_000 });

        var response = await server.ConvertAsync("", Pictures.Form(("file", Pictures.Png(bytes: 100_001))));

        await response.ProblemAsync(413, "too-many-bytes");
    }

    [Fact]
    public async Task Watermark_WhenNamedByItsHash_MustBeTheUploadedOne()
    {
        await using var server = await EdgeServer.StartAsync();
        var form = () => Pictures.Form(("file", Picture), ("watermark", Mark));

        var right = await server.ConvertAsync($"?watermark=sha256:{HexOf(Mark)}", form());
        var wrong = await server.ConvertAsync($"?watermark=sha256:{HexOf(Picture)}", form());

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await wrong.ProblemAsync(400, "watermark-mismatch");
    }

    [Fact]
    public async Task Watermark_WhenMissingOrUnasked_Answers400AndSaysWhatToDo()
    {
        await using var server = await EdgeServer.StartAsync();

        var raw = await server.ConvertAsync("?watermark=upload");
        var missing = await server.ConvertAsync("?watermark=upload", Pictures.Form(("file", Picture)));
        var unasked = await server.ConvertAsync("", Pictures.Form(("file", Picture), ("watermark", Mark)));

        Assert.Contains("multipart field watermark",
            (await raw.ProblemAsync(400, "watermark-mismatch")).Detail(), StringComparison.Ordinal);
        await missing.ProblemAsync(400, "watermark-mismatch");
        await unasked.ProblemAsync(400, "watermark-mismatch");
    }

    [Fact]
    public async Task Watermark_WhenABomb_IsRefusedWithoutTheConverter()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.ConvertAsync(
            "?watermark=upload", Pictures.Form(("file", Picture), ("watermark", Pictures.Png(60_000, 60_000))));

        await response.ProblemAsync(422, "watermark-unreadable");
    }

    private static string HexOf(byte[] bytes) => System.Convert.ToHexStringLower(SHA256.HashData(bytes));
}
