using System.Net;
using System.Text.Json;

namespace Millrace.Edge.Tests;

/// <summary>Looks into answers.</summary>
internal static class Answers
{
    /// <summary>Asserts that an answer is a whole problem of this status and code; gives its members.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("urn:millrace:problem:" + code, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(response.Job(), problem.GetProperty("job").GetString());
        return problem;
    }

    public static string Job(this HttpResponseMessage response) => response.Headers.GetValues("Millrace-Job").Single();

    public static string Detail(this JsonElement problem) => problem.GetProperty("detail").GetString()!;

    public static Task<string> TextAsync(this HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
