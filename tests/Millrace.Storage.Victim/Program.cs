using Millrace.Storage.Victim;

// Arguments: files FOLDER FOLDER-NAMES-MAX, or s3 ENDPOINT BUCKET PREFIX. Then a command a line on stdin, and an answer
// a line on stdout.
var servant = new Servant(Stores.Open(args));
while (await Console.In.ReadLineAsync() is { } line)
{
    await servant.ObeyAsync(line.Split(' '));
}
