using System.CommandLine;
using Millrace.Core.Transforms;
using Millrace.Roles;

namespace Millrace.Convert;

/// <summary>The command line of <c>millrace convert</c>: the same conversions without a server.</summary>
internal static class ConvertCommand
{
    private const string WatermarkParameter = "watermark";

    private static readonly Argument<string> Input = new("input")
    {
        Description = "An image, a folder of images, or - for stdin.",
    };

    private static readonly Argument<string> Output = new("output")
    {
        Description = "The file, the folder (when input is one), or - for stdout. Its extension names the format.",
    };

    private static readonly Option<int?> Kernels = RoleOptions.Kernels();

    private static readonly Option<string> Sandbox = RoleOptions.Sandbox();

    // One option a parameter of the catalogue; a watermark is a file here.
    private static readonly (TransformParameter Parameter, Option<string> Option)[] Parameters =
    [
        .. TransformParameters.All.Select(parameter => (parameter, new Option<string>("--" + parameter.Name)
        {
            Description = parameter.Name == WatermarkParameter
                ? "File of an image to lay over the result."
                : $"{parameter.Description} Use {parameter.Allowed}. Default: {parameter.Default}.",
        })),
    ];

    public static Command Create()
    {
        var command = new Command("convert", "Converts an image, or a folder of images, without a server.")
        {
            Input, Output, Kernels, Sandbox,
        };
        foreach (var (_, option) in Parameters)
        {
            command.Add(option);
        }
        command.SetAction((parsed, cancellationToken) => Conversion.RunAsync(Arguments(parsed), cancellationToken));
        return command;
    }

    private static ConvertArguments Arguments(ParseResult parsed)
    {
        var query = new List<KeyValuePair<string, string>>();
        string? watermark = null;
        foreach (var (parameter, option) in Parameters)
        {
            if (parsed.GetValue(option) is not { } value) continue;
            if (parameter.Name == WatermarkParameter) (watermark, value) = (value, Watermark.Upload);
            query.Add(new(parameter.Name, value));
        }
        return new ConvertArguments
        {
            Input = parsed.GetRequiredValue(Input),
            Output = parsed.GetRequiredValue(Output),
            Query = query,
            WatermarkPath = watermark,
            Kernels = parsed.GetValue(Kernels),
            Sandbox = RoleOptions.ToDemand(parsed.GetRequiredValue(Sandbox)),
        };
    }
}
