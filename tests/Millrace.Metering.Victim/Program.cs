using Millrace.Metering.Victim;

// Arguments: record FOLDER until it is killed, or full FOLDER on a disk that is full for a while. Without the test that
// started it it ends too.
using var life = new RecordingLife(args[1]);
var lives = args[0] == "full" ? life.FillAsync() : life.RecordAsync();
await await Task.WhenAny(lives, Console.OpenStandardInput().CopyToAsync(Stream.Null));
