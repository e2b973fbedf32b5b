using System.Text.Json;
using Millrace.Testing;
using Millrace.Tests.Serve;

namespace Millrace.Tests.Jobs;

/// <summary><c>millrace jobs submit</c>, as people and scripts call it, against a served millrace.</summary>
public sealed class BatchTests(SharedService shared) : IClassFixture<SharedService>, IDisposable
{
    private const string Query = "width=80&format=webp";
    private static readonly string[] Photos = ["p10-wine.jpg", "p16-fossa.jpg", "exif6-seeding.jpg"];

    private readonly TemporaryFolder _folder = new();

    // Each test is a tenant of its own: the jobs of the others are not its.
    private readonly string _tenant = "t" + TestContext.Current.Test!.UniqueID[..16];

    private Service Service => shared.Service;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folder_Watched_HasTheResultsThatTheInteractiveCallGives()
    {
        foreach (var photo in Photos) _folder.Write("in/deep/" + photo, TestFiles.Photo(photo));

        var (exitCode, errors) = await SubmitAsync("--watch", "--transform", Query);

        Assert.True(exitCode == 0, errors);
        Assert.Contains("3 converted, 0 failed", errors, StringComparison.Ordinal);
        foreach (var photo in Photos)
        {
            var expected = await Service.BytesAsync(TestFiles.Photo(photo), Query);
            var made = Path.Combine(_folder["out/deep"], Path.ChangeExtension(photo, "webp"));
            Assert.Equal(expected, File.ReadAllBytes(made));
        }
    }

    [Fact]
    public async Task Image_WithTwoTransforms_HasAFileForEach()
    {
        _folder.Write("in/a.jpg", TestFiles.Photo(Photos[0]));
        _folder.Write("in/a.JPEG", TestFiles.Photo(Photos[1]));

        var (exitCode, errors) = await SubmitAsync(
            "--watch", "--transform", "small:width=40&format=png", "--transform", "large:width=90");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(
            [".millrace-jobs", "a.JPEG.large.jpg", "a.JPEG.small.png", "a.jpg.large.jpg", "a.jpg.small.png"],
            Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SameCommand_Again_MakesNoSecondJob()
    {
        foreach (var photo in Photos) _folder.Write("in/" + photo, TestFiles.Photo(photo));
        await SubmitAsync("--transform", Query);

        // Without its journal, the keys alone say that these are the same.
        File.Delete(_folder["out/.millrace-jobs"]);
        await SubmitAsync("--watch", "--transform", Query);
        var (exitCode, errors) = await SubmitAsync("--watch", "--transform", Query);

        Assert.True(exitCode == 0, errors);
        Assert.Equal(3, await JobsAsync());
    }

    [Fact]
    public async Task Command_StoppedInTheMiddle_GoesOnWithoutSecondJobs()
    {
        for (var number = 0; number < 60; number++)
            _folder.Write($"in/{number}.jpg", [.. TestFiles.Photo(Photos[number % 3]), (byte)number]);
        await using (var stopped = MillraceProcess.Start(Arguments("--watch", "--transform", Query)))
        {
            await Patience.UntilAsync(
                () => Directory.Exists(_folder["out"]) && Directory.GetFiles(_folder["out"]).Length > 5,
                "some results were written");
            Signals.Send(stopped.Id, Signals.Terminate);
            Assert.Equal(1, await stopped.ExitAsync());
            Assert.Contains("the same command goes on", stopped.Errors, StringComparison.Ordinal);
        }
        Assert.InRange(Directory.GetFiles(_folder["out"], "*.webp").Length, 1, 59);

        var (exitCode, errors) = await SubmitAsync("--watch", "--transform", Query);

        Assert.True(exitCode == 0, errors);
        Assert.Equal(60, Directory.GetFiles(_folder["out"], "*.webp").Length);
        Assert.Equal(60, await JobsAsync());
    }

    [Fact]
    public async Task Image_ThatIsNone_IsNamedAndHoldsNobodyUp()
    {
        _folder.Write("in/good.jpg", TestFiles.Photo(Photos[0]));
        _folder.Write("in/bad.jpg", "no image at all"u8.ToArray());

        var (exitCode, errors) = await SubmitAsync("--watch", "--transform", Query);

        Assert.Equal(1, exitCode);
        Assert.Contains("bad.jpg: ", errors, StringComparison.Ordinal);
        Assert.Contains("1 converted, 1 failed", errors, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["out/good.webp"]));
    }

    [Fact]
    public async Task Server_ThatIsAway_IsAskedWhilePatienceLasts()
    {
        _folder.Write("in/a.jpg", TestFiles.Photo(Photos[0]));

        var (exitCode, _, errors) = await MillraceProcess.RunAsync(
        [
            "jobs", "submit", _folder["in"], "--output", _folder["out"], "--server", "http://127.0.0.1:9",
            "--transform", Query, "--patience", "1",
        ]);

        Assert.Equal(1, exitCode);
        Assert.Contains("was asked for 1 s", errors, StringComparison.Ordinal);
        Assert.Contains("The same command goes on", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("width=-1", "width")]
    [InlineData("no=such", "no")]
    public async Task Transform_ThatIsNone_IsRefusedBeforeAnythingIsSent(string transform, string named)
    {
        _folder.Write("in/a.jpg", TestFiles.Photo(Photos[0]));

        var (exitCode, errors) = await SubmitAsync("--transform", transform);

        Assert.Equal(2, exitCode);
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.Equal(0, await JobsAsync());
    }

    private async Task<(int ExitCode, string Errors)> SubmitAsync(params string[] more)
    {
        var (exitCode, _, errors) = await MillraceProcess.RunAsync(Arguments(more));
        return (exitCode, errors);
    }

    private IEnumerable<string> Arguments(params string[] more) =>
    [
        "jobs", "submit", _folder["in"], "--output", _folder["out"], "--server", Service.Address.ToString(),
        "--tenant", _tenant, .. more,
    ];

    private async Task<int> JobsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs?limit=100");
        request.Headers.Add("Millrace-Tenant", _tenant);
        using var response = await Service.Client.SendAsync(request, Cancel);
        using var list = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return list.RootElement.GetProperty("jobs").GetArrayLength();
    }
}
