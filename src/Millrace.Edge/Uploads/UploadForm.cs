using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Millrace.Edge.Admission;
using Millrace.Edge.Problems;

namespace Millrace.Edge.Uploads;

/// <summary>
/// The two fields of an upload while they are being read. Disposing it gives back what was not taken.
/// </summary>
internal sealed class UploadForm(long bytesMax, Admitted admitted) : IDisposable
{
    private const string FileField = "file";
    private const string WatermarkField = "watermark";
    private const int BoundaryLengthMax = 70; // RFC 2046, section 5.1.1
    private const int PartHeadersMax = 16;
    private const int PartHeaderBytesMax = 4 * 1024;

    private HashedBuffer? _file;
    private HashedBuffer? _watermark;

    /// <summary>Reads a body that is the image.</summary>
    public ValueTask<Problem?> ReadRawAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        _file = new HashedBuffer(bytesMax, request.ContentLength);
        return _file.FillAsync(request.Body, 0, admitted, cancellationToken);
    }

    /// <summary>Reads a body that is a multipart form.</summary>
    public async Task<Problem?> ReadPartsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary);
        if (boundary.Length is 0 or > BoundaryLengthMax) return Bad("The content type has no usable boundary.");
        var reader = new MultipartReader(boundary.ToString(), request.Body)
        {
            HeadersCountLimit = PartHeadersMax,
            HeadersLengthLimit = PartHeaderBytesMax,
        };
        try
        {
            return await ReadPartsAsync(reader, request.ContentLength, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException || e.GetType() == typeof(IOException))
        {
            // Subclasses of IOException are the connection's; the reader itself throws these two for broken framing.
            return Bad("The body ends early or is not framed by its boundary.");
        }
    }

    /// <summary>What was read, once it is complete.</summary>
    public UploadReading Take()
    {
        if (_file is null) return new(null, Bad($"The field {FileField} is missing.") with { Closes = false });
        var upload = new Upload(_file, _watermark);
        (_file, _watermark) = (null, null);
        return new(upload, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _watermark?.Dispose();
    }

    private async Task<Problem?> ReadPartsAsync(
        MultipartReader reader, long? bytesExpected, CancellationToken cancellationToken)
    {
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            var problem = await ReadPartAsync(section, bytesExpected, cancellationToken);
            if (problem is not null) return problem;
        }
        return null;
    }

    private ValueTask<Problem?> ReadPartAsync(
        MultipartSection section, long? bytesExpected, CancellationToken cancellationToken)
    {
        var name = section.GetContentDispositionHeader() is { } header
            ? HeaderUtilities.RemoveQuotes(header.Name).ToString()
            : "";
        switch (name)
        {
            case FileField when _file is null:
                _file = new HashedBuffer(bytesMax, bytesExpected - Held(_watermark));
                return FillAsync(_file, section.Body, _watermark, cancellationToken);
            case WatermarkField when _watermark is null:
                _watermark = new HashedBuffer(bytesMax, bytesExpected - Held(_file));
                return FillAsync(_watermark, section.Body, _file, cancellationToken);
            case FileField or WatermarkField:
                return new(Bad($"The field {name} came twice."));
            default:
                return new(Bad(name.Length == 0 ? "A part has no name." : $"'{Shorten(name)}' is no known field."));
        }
    }

    private ValueTask<Problem?> FillAsync(
        HashedBuffer buffer, Stream body, HashedBuffer? other, CancellationToken cancellationToken) =>
        buffer.FillAsync(body, Held(other), admitted, cancellationToken);

    private static long Held(HashedBuffer? buffer) => buffer?.Bytes.Length ?? 0;

    private static string Shorten(string name) => name.Length <= 100 ? name : name[..100];

    private static Problem Bad(string found) => Problem.Of(ProblemKinds.BadMultipart, found) with { Closes = true };
}
