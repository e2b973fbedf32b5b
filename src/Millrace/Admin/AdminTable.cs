using System.Text.Json.Nodes;
using Spectre.Console;

namespace Millrace.Admin;

/// <summary>Shows JSON to people.</summary>
internal static class AdminTable
{
    /// <summary>A list, some of its fields.</summary>
    public static void Write(JsonArray list, IReadOnlyList<string> columns)
    {
        var table = new Table().AddColumns([.. columns]);
        foreach (var item in list) table.AddRow([.. columns.Select(name => Markup.Escape(Text(item![name])))]);
        AnsiConsole.Write(table);
    }

    /// <summary>A thing, a field a line: what a script takes with cut, and a person reads.</summary>
    public static void Write(JsonNode thing)
    {
        if (thing is not JsonObject fields)
        {
            Console.Out.WriteLine(thing.ToJsonString());
            return;
        }
        var width = fields.Select(field => field.Key.Length).DefaultIfEmpty(0).Max();
        foreach (var (name, value) in fields)
            Console.Out.WriteLine($"{name.PadRight(width)}  {Text(value)}");
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "-",
        JsonArray list when list.All(each => each is JsonValue) => string.Join(",", list.Select(Text)),
        JsonValue => value.ToString(),
        _ => value.ToJsonString(),
    };
}
