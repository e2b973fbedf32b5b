using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Millrace.Storage.Files;
using Millrace.Storage.Victim;

// Arguments: files FOLDER FOLDER-NAMES-MAX. Then a command a line on stdin, and an answer a line on stdout.
var options = new FileObjectStoreOptions
{
    Folder = args[1],
    FolderNamesMax = int.Parse(args[2], CultureInfo.InvariantCulture),
    FreeBytesMin = 0,
};
using var store = new FileObjectStore(
    Options.Create(options), TimeProvider.System, () => new Guid(RandomNumberGenerator.GetBytes(16)));
var servant = new Servant(store);
while (await Console.In.ReadLineAsync() is { } line)
{
    await servant.ObeyAsync(line.Split(' '));
}
