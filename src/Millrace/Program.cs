using System.CommandLine;
using Millrace.Convert;
using Millrace.Serve;

var root = new RootCommand("Millrace resizes and converts images, as a service or on the command line.")
{
    ServeCommand.Create(),
    ConvertCommand.Create(),
};

// The default of two seconds would cut a service's drain short; the drain has limits of its own.
var patience = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(20) };
return await root.Parse(args).InvokeAsync(patience);
