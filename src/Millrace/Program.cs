using System.CommandLine;
using Millrace;
using Millrace.Convert;
using Millrace.Serve;

var root = new RootCommand("Millrace resizes and converts images, as a service or on the command line.")
{
    ServeCommand.Create(),
    ConvertCommand.Create(),
};
var parsed = root.Parse(args);

var exitCode = await parsed.InvokeAsync(new InvocationConfiguration
{
    // What is told to stop ends in its own time: the service drains, and holds to its own limits.
    ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,

    // What is wrong with a command line is no output of it.
    Output = parsed.Errors.Count > 0 ? Console.Error : Console.Out,
});
return parsed.Errors.Count > 0 ? ExitCode.Unusable : exitCode;
