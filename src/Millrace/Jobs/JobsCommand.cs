using System.CommandLine;
using Millrace.Roles;

namespace Millrace.Jobs;

/// <summary><c>millrace jobs submit</c>: a folder of images as durable jobs of a server.</summary>
internal static class JobsCommand
{
    private static readonly Argument<DirectoryInfo> Folder = new("folder")
    {
        Description = "Folder of images, with the folders in it.",
    };

    private static readonly Option<string[]> Transforms = new("--transform")
    {
        Description = "What to make of each image, as the query of images:convert: width=300&format=webp. Given more "
            + "than once, each has a name of its own: small:width=300&format=webp.",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<DirectoryInfo> Output = new("--output")
    {
        Description = "Folder of the results, and of the journal from which the same command goes on.",
        Required = true,
    };

    private static readonly Option<Uri> Server =
        RoleOptions.Address("--server", "The service.", "http://127.0.0.1:8080");

    private static readonly Option<bool> Watch = new("--watch")
    {
        Description = "Wait for the results and write them. Without it, images are only handed in.",
    };

    private static readonly Option<FileInfo?> KeyFile = new("--key-file")
    {
        Description = "File with the API key.",
    };

    private static readonly Option<string?> Tenant = new("--tenant")
    {
        Description = "Whose jobs they are, at a server that is open to everybody.",
    };

    private static readonly Option<string?> Webhook = new("--webhook")
    {
        Description = "The endpoint that is told of the end of each job.",
    };

    private static readonly Option<int> Concurrency = new("--concurrency")
    {
        Description = "Images in hand at the same time, 1 to 256.",
        DefaultValueFactory = _ => 16,
    };

    private static readonly Option<int> Patience = new("--patience")
    {
        Description = "Seconds for which a server that is away or full is asked again, 1 to 86400.",
        DefaultValueFactory = _ => 600,
    };

    public static Command Create()
    {
        Concurrency.Validators.Add(result => Within(result, Concurrency, 1, 256));
        Patience.Validators.Add(result => Within(result, Patience, 1, 86_400));
        var submit = new Command("submit", "Hands a folder of images in, and fetches what becomes of them.")
        {
            Folder, Transforms, Output, Server, Watch, KeyFile, Tenant, Webhook, Concurrency, Patience,
        };
        submit.SetAction((parsed, cancellationToken) => Batch.RunAsync(
            new BatchArguments
            {
                Folder = parsed.GetRequiredValue(Folder).FullName,
                Transforms = parsed.GetRequiredValue(Transforms),
                Output = parsed.GetRequiredValue(Output).FullName,
                Server = parsed.GetRequiredValue(Server),
                Watch = parsed.GetValue(Watch),
                KeyPath = parsed.GetValue(KeyFile)?.FullName,
                Tenant = parsed.GetValue(Tenant),
                Webhook = parsed.GetValue(Webhook),
                Concurrency = parsed.GetValue(Concurrency),
                Patience = TimeSpan.FromSeconds(parsed.GetValue(Patience)),
            },
            cancellationToken));
        return new Command("jobs", "Durable jobs.") { submit };
    }

    private static void Within(
        System.CommandLine.Parsing.OptionResult result, Option<int> option, int least, int most)
    {
        if (result.GetValue(option) is var value && (value < least || value > most))
            result.AddError($"{option.Name}: {value} is out of range; use {least} to {most}.");
    }
}
