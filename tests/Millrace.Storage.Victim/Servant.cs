using System.Globalization;
using System.Text;
using Millrace.Core.Objects;

namespace Millrace.Storage.Victim;

/// <summary>
/// Does what a line says: <c>create KEY TEXT</c> answers how the put ended; <c>fill KEY BYTES</c> too, with so many
/// zeros; <c>live PREFIX</c> makes and deletes objects for ever, several at once, and says before and after each step
/// what it does: <c>? n</c> will make, <c>+ n</c> made, <c>b n</c> will delete, <c>- n</c> deleted.
/// </summary>
internal sealed class Servant(IObjectStore store)
{
    private const int Lives = 4;
    private const int Generation = 1_000_000;

    public Task ObeyAsync(string[] words) => words switch
    {
        ["create", var key, var text] => AnswerAsync(key, Encoding.UTF8.GetBytes(text)),
        ["fill", var key, var bytes] => AnswerAsync(key, new byte[int.Parse(bytes, CultureInfo.InvariantCulture)]),
        ["live", var prefix, var first] => LiveAsync(prefix, int.Parse(first, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"'{string.Join(' ', words)}' is no command.", nameof(words)),
    };

    private async Task AnswerAsync(string key, byte[] content)
    {
        try
        {
            Say((await PutAsync(key, content)).ToString());
        }
        catch (ObjectStoreException exception)
        {
            Say(exception.Fault.ToString());
        }
    }

    private Task LiveAsync(string prefix, int first) =>
        Task.WhenAll(Enumerable.Range(0, Lives).Select(life => LiveOneAsync(prefix, first + life)));

    private async Task LiveOneAsync(string prefix, int first)
    {
        for (var number = first; number < Generation; number += Lives)
        {
            var key = $"{prefix}/{number % 7}/{number}";
            Say($"? {number}");
            await PutAsync(key, Encoding.UTF8.GetBytes(key + new string('x', number % 5 * 100_000)));
            Say($"+ {number}");
            if (number % 3 != 0) continue;
            Say($"b {number}");
            await store.DeleteAsync(ObjectKey.Of(key), CancellationToken.None);
            Say($"- {number}");
        }
    }

    private Task<PutOutcome> PutAsync(string key, byte[] content) => store.PutAsync(
        ObjectKey.Of(key), new MemoryStream(content), content.Length, PutMode.Create, CancellationToken.None);

    private static void Say(string line) => Console.Out.WriteLine(line);
}
