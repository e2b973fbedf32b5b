using System.Threading.Channels;
using Millrace.Core.Conversions;
using Millrace.Core.Images;
using Millrace.Core.Transforms;

namespace Millrace.Edge.Tests;

/// <summary>Stand in for kernels: the tests here are about HTTP.</summary>
internal static class Converters
{
    private static readonly ConversionTiming Timing =
        new(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(20), 1);

    /// <summary>Answers with the canonical transform as text, in the format asked for.</summary>
    public static readonly ConvertImage Echo = (request, _) => Task.FromResult(Success(request));

    /// <summary>Always fails in one way.</summary>
    public static ConvertImage Failing(ConversionFailure failure, string reason = "The reason.") =>
        (_, _) => Task.FromResult(ConversionOutcome.Of(failure, reason, Timing));

    public static ConversionOutcome Success(ConversionRequest request, Action? released = null)
    {
        var format = TransformNormal.Explicit(request.Transform.Format) ?? ImageFormat.Png;
        var bytes = System.Text.Encoding.UTF8.GetBytes(request.Transform.ToString());
        var header = new ImageHeader(ImageFormat.Png, 40, 30);
        return ConversionOutcome.Of(new ConvertedImage(bytes, format, 40, 30, 1, header, released), Timing);
    }
}

/// <summary>A converter that holds everything it gets until it is let go.</summary>
internal sealed class HeldConverter
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _came = Channel.CreateUnbounded<bool>();

    /// <summary>Waits until one more conversion has come.</summary>
    public Task CameAsync() => _came.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
        .WaitAsync(EdgeServer.Patience, TestContext.Current.CancellationToken);

    public void Release() => _go.TrySetResult();

    public async Task<ConversionOutcome> ConvertAsync(ConversionRequest request, CancellationToken cancellationToken)
    {
        _came.Writer.TryWrite(true);
        await _go.Task.WaitAsync(cancellationToken);
        return Converters.Success(request);
    }
}
