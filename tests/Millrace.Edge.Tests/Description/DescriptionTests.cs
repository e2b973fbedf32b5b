using System.Net;
using System.Text.Json;
using Millrace.Core.Images;
using Millrace.Core.Transforms;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Tests.Description;

public sealed class DescriptionTests
{
    [Fact]
    public async Task Document_Always_NamesEveryParameterOfTheCatalogue()
    {
        await using var server = await EdgeServer.StartAsync();

        var operation = Convert(await DocumentAsync(server));

        var named = operation.GetProperty("parameters").EnumerateArray()
            .Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString());
        Assert.Equal(TransformParameters.All.Select(p => p.Name), named);
    }

    [Fact]
    public async Task Document_Always_IsOpenApi31WithBothBodiesAndEveryAnswer()
    {
        await using var server = await EdgeServer.StartAsync();

        var document = await DocumentAsync(server);

        var operation = Convert(document);
        var bodies = operation.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(b => b.Name);
        var answers = operation.GetProperty("responses");
        var problem = answers.GetProperty("422").GetProperty("content").GetProperty("application/problem+json");
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(["application/octet-stream", "image/*", "multipart/form-data"], bodies);
        Assert.Equal(
            ["200", "304", "400", "401", "403", "405", "408", "413", "414", "415", "422", "429", "431", "500", "503"],
            answers.EnumerateObject().Select(a => a.Name).Order());
        Assert.Equal(ImageFormats.All.Select(f => f.MediaType()),
            answers.GetProperty("200").GetProperty("content").EnumerateObject().Select(c => c.Name));
        Assert.Equal("#/components/schemas/Problem", problem.GetProperty("schema").GetProperty("$ref").GetString());
        Assert.True(document.GetProperty("components").GetProperty("schemas").TryGetProperty("Problem", out _));
    }

    [Fact]
    public async Task Document_Always_ExemplifiesARequestThatIsTaken()
    {
        await using var server = await EdgeServer.StartAsync();
        var examples = Convert(await DocumentAsync(server)).GetProperty("parameters").EnumerateArray()
            .Where(p => p.TryGetProperty("example", out _))
            .Select(p => $"{p.GetProperty("name").GetString()}={p.GetProperty("example").GetString()}");

        var response = await server.ConvertAsync("?" + string.Join('&', examples));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Docs_Always_LoadNothingFromElsewhere()
    {
        await using var server = await EdgeServer.StartAsync();

        var page = await server.Client.GetStringAsync("/docs", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrontPage_Always_LeadsToTheDocs()
    {
        await using var server = await EdgeServer.StartAsync();

        var response = await server.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("/docs", await response.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApiPage_Always_ListsEveryProblem()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "api.md"), TestContext.Current.CancellationToken);

        Assert.All(ProblemKinds.All, kind => Assert.Contains(
            $"| {kind.Status} | `{kind.Code}` | {kind.Title}. | {kind.Advice} |", page, StringComparison.Ordinal));
    }

    private static async Task<JsonElement> DocumentAsync(EdgeServer server) => JsonDocument.Parse(
        await server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).RootElement;

    private static JsonElement Convert(JsonElement document) =>
        document.GetProperty("paths").GetProperty(EdgeServer.ConvertPath).GetProperty("post");
}
