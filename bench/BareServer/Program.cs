using NetVips;

// No limits, no queue, no isolation, no metering: what the service is measured against.
const int Width = 300;
const int Quality = 80;
const int AnyHeight = 10_000_000;

NetVips.NetVips.Concurrency = 1;
Cache.Max = 0;
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
app.MapPost("/", async (HttpRequest request, bool optimise) =>
{
    using var body = new MemoryStream((int)(request.ContentLength ?? 0));
    await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
    using var image = Image.ThumbnailBuffer(body.ToArray(), Width, height: AnyHeight);
    var result = image.JpegsaveBuffer(q: Quality, optimizeCoding: optimise, keep: Enums.ForeignKeep.None);
    return Results.Bytes(result, "image/jpeg");
});
await app.RunAsync();
