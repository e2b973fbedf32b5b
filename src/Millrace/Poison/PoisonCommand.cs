using System.CommandLine;
using Millrace.Roles;

namespace Millrace.Poison;

/// <summary><c>millrace poison list|release</c>: what operators do about images that kill kernels.</summary>
internal static class PoisonCommand
{
    private static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder of the server that is asked, on this machine. Either this or --edge.",
        Recursive = true,
    };

    private static readonly Option<Uri> Edge =
        RoleOptions.Address("--edge", "Internal address of an edge; any of a region will do.");

    private static readonly Option<FileInfo?> SecretFile = new("--secret-file")
    {
        Description = "File with the region's secret; needed with --edge.",
        Recursive = true,
    };

    private static readonly Argument<string> Fingerprint = new("fingerprint")
    {
        Description = "As listed.",
    };

    private static readonly Option<string> Operator = new("--operator")
    {
        Description = "Who releases it; kept with the release. Default: the user's name.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    public static Command Create()
    {
        Edge.Recursive = true;
        var list = new Command("list", "Lists images that have killed kernels, latest first.");
        list.SetAction((parsed, cancellationToken) => Operators.RunAsync(
            Asked(parsed), asked => asked.ListAsync(cancellationToken)));
        var release = new Command("release", "Forgets what is held against an image, everywhere.")
        {
            Fingerprint, Operator,
        };
        release.SetAction((parsed, cancellationToken) => Operators.RunAsync(
            Asked(parsed),
            asked => asked.ReleaseAsync(
                parsed.GetRequiredValue(Fingerprint), parsed.GetRequiredValue(Operator), cancellationToken)));
        return new Command("poison", "Images that killed kernels and are quarantined.")
        {
            Data, Edge, SecretFile, list, release,
        };
    }

    private static AskedServer Asked(ParseResult parsed) =>
        new(parsed.GetValue(Data), parsed.GetValue(Edge), parsed.GetValue(SecretFile));
}

/// <summary>Which server the command line means.</summary>
internal sealed record AskedServer(DirectoryInfo? Data, Uri? Edge, FileInfo? SecretFile);
