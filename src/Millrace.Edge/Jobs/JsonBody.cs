using Microsoft.AspNetCore.Http;
using Millrace.Edge.Convert;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Jobs;

/// <summary>Reads a small body of JSON.</summary>
internal static class JsonBody
{
    /// <summary>Longest body: sixteen long transforms, and room.</summary>
    public const int BytesMax = 128 * 1024;

    /// <summary>Reads a body to its end.</summary>
    /// <param name="context">Its body has not been read.</param>
    /// <param name="body">Knows what is wrong with a broken one.</param>
    /// <param name="cancellationToken">The time for the body is over, or the client has hung up.</param>
    /// <exception cref="OperationCanceledException">The client has hung up.</exception>
    public static async Task<(ReadOnlyMemory<byte> Text, Problem? Problem)> ReadAsync(
        HttpContext context, BodyReading body, CancellationToken cancellationToken)
    {
        if (context.Request.ContentLength > BytesMax) return (default, TooLong());
        var text = new MemoryStream();
        var block = new byte[8 * 1024];
        try
        {
            while (await context.Request.Body.ReadAsync(block, cancellationToken) is > 0 and var read)
            {
                if (text.Length + read > BytesMax) return (default, TooLong());
                text.Write(block, 0, read);
            }
            return (text.GetBuffer().AsMemory(0, (int)text.Length), null);
        }
        catch (IOException e)
        {
            return (default, body.Explain(context, e));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (default, body.TooSlow());
        }
    }

    private static Problem TooLong() => Problem.Of(
        ProblemKinds.TooManyBytes, FormattableString.Invariant($"At most {BytesMax} bytes of JSON are allowed.")) with
    {
        Closes = true,
    };
}
