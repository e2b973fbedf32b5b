using System.Net.Sockets;
using System.Text;
using ImageMagick;
using Millrace.Testing;

namespace Millrace.Tests.Serve;

/// <summary>A stranger's first minutes, and whatever else comes over the wire.</summary>
public sealed class ServeTests(SharedService shared) : IClassFixture<SharedService>
{
    private const string Impatient = """{ "Edge": { "Serving": { "RateGrace": "00:00:01.1" } } }""";

    private static readonly byte[] Photo = TestFiles.Photo("exif6-seeding.jpg");
    private readonly Service _service = shared.Service;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Convert_AsTheReadyLineSays_GivesAnUprightWebp()
    {
        var bytes = await _service.BytesAsync(Photo, "width=300&format=webp");

        using var found = new MagickImage(bytes);
        using var expected = new MagickImage(Photo);
        expected.AutoOrient();
        expected.Resize(new MagickGeometry(found.Width, found.Height) { IgnoreAspectRatio = true });
        Assert.Equal((MagickFormat.WebP, 300u), (found.Format, found.Width));
        Assert.True(found.Height > found.Width);
        Assert.True(found.Compare(expected, ErrorMetric.MeanAbsolute) < 0.03);
    }

    [Fact]
    public void Service_WatchesNoFolder_AsItsObjectsMayBeBelow()
    {
        var open = Directory.EnumerateFileSystemEntries($"/proc/{_service.Process.Id}/fd")
            .Select(link => new FileInfo(link).LinkTarget).ToList();

        Assert.Contains(open, target => target?.StartsWith("socket:", StringComparison.Ordinal) ?? false);
        Assert.DoesNotContain("anon_inode:inotify", open);
    }

    [Fact]
    public async Task EveryBadInput_IsNamed_AndTheNextRequestIsServed()
    {
        (string Name, byte[] Image, (int, string) Problem)[] all =
        [
            .. new (string, (int, string))[]
            {
                ("empty", (400, "empty-body")), ("text", (415, "unsupported-format")),
                ("svg", (415, "unsupported-format")),
                ("cut-jpeg", (422, "damaged")), ("cut-png", (422, "damaged")), ("cut-webp", (422, "damaged")),
                ("cut-avif", (422, "damaged")), ("wide-png", (422, "too-many-pixels")),
            }.Select(bad => (bad.Item1, BadImage.Named(bad.Item1), bad.Item2)),
            ("lying-png", BadImage.WidePng(65_535, 512), (422, "damaged")),
            ("too-long", new byte[(32 << 20) + 1], (413, "too-many-bytes")),
        ];

        foreach (var (name, image, problem) in all)
        {
            Assert.Equal((name, problem), (name, await _service.ProblemAsync(image)));
            await _service.BytesAsync(Photo);
        }
        Assert.Equal((400, "bad-parameter"), await _service.ProblemAsync(Photo, "width=0"));
        Assert.Equal((422, "transform-impossible"), await _service.ProblemAsync(Photo, "crop=9999,9999,10,10"));
        Assert.Equal((422, "output-too-large"), await _service.ProblemAsync(Photo, "width=60000&enlarge=true"));
    }

    [Fact]
    public async Task ClientsThatHangUp_HarmNobody()
    {
        for (var cut = 1; cut < 6; cut++)
        {
            using var connection = await _service.ConnectAsync();
            await connection.GetStream().WriteAsync(Head(Photo.Length), Cancel);
            await connection.GetStream().WriteAsync(Photo.AsMemory(0, Photo.Length * cut / 5), Cancel);
        }

        await _service.BytesAsync(Photo);
        Assert.False(_service.Process.HasExited);
    }

    [Fact]
    public async Task AClientThatSendsAByteASecond_IsToldOrCutOff()
    {
        await using var service = await Service.StartAsync(Impatient);
        using var connection = await service.ConnectAsync();
        var stream = connection.GetStream();
        await stream.WriteAsync(Head(Photo.Length), Cancel);

        // The slowest sender of all: after its first bytes it never sends another.
        await stream.WriteAsync(Photo.AsMemory(0, 10), Cancel);
        var answer = await ReadToEndAsync(stream);

        Assert.True(answer.Length == 0 || answer.Contains("body-too-slow", StringComparison.Ordinal), answer);
        await service.BytesAsync(Photo);
    }

    [Fact]
    public async Task NoRequest_LeavesAFile()
    {
        var before = _service.Data.Files;

        await _service.BytesAsync(Photo);
        await _service.ProblemAsync(BadImage.Named("cut-jpeg"));
        using (var form = new MultipartFormDataContent())
        {
            form.Add(new ByteArrayContent(Photo), "file", "photo.jpg");
            form.Add(new ByteArrayContent(TestFiles.Photo("other/kodak23.png")), "watermark", "mark.png");
            using var response = await _service.Client.PostAsync(
                "/v1/images:convert?width=200&watermark=upload", form, Cancel);
            Assert.True(response.IsSuccessStatusCode);
        }

        Assert.Equal(before, _service.Data.Files);
    }

    [Fact]
    public async Task ASecondServer_OnTheSameData_IsRefused()
    {
        var (exitCode, _, errors) = await MillraceProcess.RunAsync(Service.Arguments(_service.Data));

        Assert.Equal(2, exitCode);
        var line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("in use by another millrace", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSamePort_Twice_IsRefused()
    {
        using var data = new TemporaryFolder();
        var address = _service.Address.ToString().TrimEnd('/');
        string[] arguments = ["serve", "--urls", address, "--data", data.Path, "--open"];

        var (exitCode, _, errors) = await MillraceProcess.RunAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.Contains("address already in use", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledKernels_UnderLoad_FailNoAnswer()
    {
        var stop = false;
        var (sent, answers) = (0, 0);
        var load = Enumerable.Range(0, 8).Select(_ => LoadAsync()).ToList();

        var kernels = _service.Process.Kernels().Count;
        for (var kills = 0; kills < 4; kills++)
        {
            var before = Volatile.Read(ref answers);
            var killed = _service.Process.Kernels()[0];
            Assert.True(Signals.Send(killed, Signals.Kill));
            await Patience.UntilAsync(
                () => _service.Process.Kernels() is var now && now.Count == kernels && !now.Contains(killed),
                "it was replaced");
            await Patience.UntilAsync(() => Volatile.Read(ref answers) > before + 8, "work went on");
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(load);

        async Task LoadAsync()
        {
            while (!Volatile.Read(ref stop))
            {
                // Each a picture of its own: of one that had a kernel when it died, all copies would go alone.
                await _service.BytesAsync([.. Photo, .. BitConverter.GetBytes(Interlocked.Increment(ref sent))]);
                Interlocked.Increment(ref answers);
            }
        }
    }

    private static byte[] Head(int length) => Encoding.ASCII.GetBytes(
        "POST /v1/images:convert?width=50 HTTP/1.1\r\nHost: here\r\nContent-Type: image/jpeg\r\n"
        + $"Content-Length: {length}\r\n\r\n");

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience.Longest);
        using var bytes = new MemoryStream();
        try
        {
            await stream.CopyToAsync(bytes, patience.Token);
        }
        catch (IOException)
        {
            // Reset: cut off.
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
