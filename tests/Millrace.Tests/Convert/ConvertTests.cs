using System.Text;
using ImageMagick;
using Millrace.Testing;

namespace Millrace.Tests.Convert;

/// <summary><c>millrace convert</c>, as people and scripts call it.</summary>
public sealed class ConvertTests : IDisposable
{
    private static readonly byte[] Photo = TestFiles.Photo("p16-fossa.jpg");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("out.webp", MagickFormat.WebP)]
    [InlineData("out.JPG", MagickFormat.Jpeg)]
    [InlineData("deep/er/out.png", MagickFormat.Png)]
    public async Task File_ToFile_TakesTheFormatOfTheExtension(string output, MagickFormat format)
    {
        var (exitCode, said, errors) = await RunAsync(
            TestFiles.PhotoPath("exif6-seeding.jpg"), _folder[output], "--width", "100");

        Assert.True(exitCode == 0, errors);
        Assert.Empty(said);
        var found = new MagickImageInfo(File.ReadAllBytes(_folder[output]));
        Assert.Equal((format, 100u), (found.Format, found.Width));
        Assert.True(found.Height > found.Width, "upright");
        Assert.Equal([output], _folder.Files);
    }

    [Fact]
    public async Task File_IntoAFolder_KeepsItsNameWithTheExtensionOfItsFormat()
    {
        var input = _folder.Write("in/a.jpg", Photo);
        Directory.CreateDirectory(_folder["out"]);

        await RunAsync(input, _folder["out"], "--width", "50");
        await RunAsync(input, _folder["out"], "--width", "50", "--format", "webp");

        Assert.Equal(["in/a.jpg", "out/a.jpg", "out/a.webp"], _folder.Files);
    }

    [Fact]
    public async Task File_OntoItself_IsReplacedWhole()
    {
        var path = _folder.Write("a.jpg", Photo);

        var (exitCode, _, errors) = await RunAsync(path, path, "--width", "50");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(50u, new MagickImageInfo(File.ReadAllBytes(path)).Width);
        Assert.Equal(["a.jpg"], _folder.Files);
    }

    [Fact]
    public async Task Standard_ThereAndBack_IsTheImageAlone()
    {
        var (exitCode, output, errors) = await MillraceProcess.RunAsync(
            ["convert", "-", "-", "--width", "50", "--format", "png"], Photo);

        Assert.True(exitCode == 0, errors);
        Assert.Equal((MagickFormat.Png, 50u), (new MagickImageInfo(output).Format, new MagickImageInfo(output).Width));
    }

    [Fact]
    public async Task Folder_ToFolder_ConvertsAllThatIsAnImageAndNamesWhatFails()
    {
        _folder.Write("in/a.jpg", Photo);
        _folder.Write("in/sub/b.JPEG", Photo);
        _folder.Write("in/sub/deep/c.png", TestFiles.Photo("other/kodak23.png"));
        _folder.Write("in/notes.txt", [1]);
        _folder.Write("in/bad.jpg", BadImage.Named("cut-jpeg"));
        _folder.Write("in/empty.png", []);

        var (exitCode, _, errors) = await RunAsync(_folder["in"], _folder["out"], "--width", "50", "--format", "webp");

        Assert.Equal(1, exitCode);
        Assert.Equal(
            ["out/a.webp", "out/sub/b.webp", "out/sub/deep/c.webp"],
            _folder.Files.Where(file => file.StartsWith("out", StringComparison.Ordinal)));
        Assert.Contains("bad.jpg: The image is damaged", errors, StringComparison.Ordinal);
        Assert.Contains("empty.png: The image has no bytes", errors, StringComparison.Ordinal);
        Assert.Contains("3 converted, 2 failed", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_WithTwoFilesOfOneResult_IsRefusedBeforeAnythingIsDone()
    {
        _folder.Write("in/a.jpg", Photo);
        _folder.Write("in/a.png", TestFiles.Photo("other/kodak23.png"));

        var (exitCode, _, errors) = await RunAsync(_folder["in"], _folder["out"], "--format", "webp");

        Assert.Equal(2, exitCode);
        Assert.Contains("would both become", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Watermark_IsAFile()
    {
        using var mark = new MagickImage(MagickColors.Red, 20, 20);
        var path = _folder.Write("mark.png", mark.ToByteArray(MagickFormat.Png));

        var (exitCode, _, errors) = await RunAsync(
            TestFiles.PhotoPath("p16-fossa.jpg"), _folder["out.png"], "--width", "100", "--watermark", path,
            "--watermark-gravity", "north-west");

        Assert.True(exitCode == 0, errors);
        using var found = new MagickImage(_folder["out.png"]);
        Assert.Equal([255, 0, 0], found.GetPixels().ToByteArray(10, 10, 1, 1, PixelMapping.RGB));
    }

    public static TheoryData<int, string, string> Refusals() => new()
    {
        { 2, "width: '0' is not allowed", "PHOTO|OUT|--width|0" },
        { 2, "format: 'auto' is not allowed", "PHOTO|OUT|--format|auto" },
        { 2, "--widht", "PHOTO|OUT|--widht|5" },
        { 2, "neither a file nor a folder", "/nowhere/a.jpg|OUT" },
        { 2, "There is no image in", "EMPTY|OUT" },
        { 2, "/nowhere/mark.png", "PHOTO|OUT|--watermark|/nowhere/mark.png" },
        { 2, "watermark-gravity", "PHOTO|OUT|--watermark-gravity|south" },
        { 2, "Kernels", "PHOTO|OUT|--kernels|0" },
        { 2, "output", "PHOTO" },
        { 1, "PHOTO: ", "PHOTO|FILE/out.webp" },
        { 1, "PHOTO: ", "PHOTO|/proc/out.webp" },
        { 1, "Text is not read", "TEXT|OUT" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Refused_IsNamed_AndNothingIsLeftBehind(int expected, string named, string arguments)
    {
        Directory.CreateDirectory(_folder["empty"]);
        var file = _folder.Write("file", "This is no image."u8.ToArray());
        var photo = TestFiles.PhotoPath("p16-fossa.jpg");
        var list = arguments.Replace("PHOTO", photo, StringComparison.Ordinal)
            .Replace("FILE", file, StringComparison.Ordinal).Replace("TEXT", file, StringComparison.Ordinal)
            .Replace("OUT", _folder["out.webp"], StringComparison.Ordinal)
            .Replace("EMPTY", _folder["empty"], StringComparison.Ordinal);

        var (exitCode, output, errors) = await RunAsync(list.Split('|'));

        Assert.True(exitCode == expected, $"exit code {exitCode}: {errors}");
        Assert.Empty(output);
        Assert.Contains(named.Replace("PHOTO", photo, StringComparison.Ordinal), errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.Equal(["file"], _folder.Files);
    }

    [Fact]
    public async Task Help_NamesEveryParameter()
    {
        var (exitCode, output, _) = await MillraceProcess.RunAsync(["convert", "--help"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("--watermark-opacity", Encoding.UTF8.GetString(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnImageOverTheByteLimit_IsNamed()
    {
        var path = _folder.Write("long.jpg", [.. Photo, .. new byte[33 << 20]]);

        var (exitCode, _, errors) = await RunAsync(path, _folder["out.webp"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("bytes", errors, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, byte[] Output, string Errors)> RunAsync(params string[] arguments) =>
        MillraceProcess.RunAsync(["convert", .. arguments]);
}
