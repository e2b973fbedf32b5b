using Microsoft.Extensions.Logging.Console;

namespace Millrace;

/// <summary>The log: on stderr, so that what the program says on stdout can be read by a script.</summary>
internal static class ConsoleLog
{
    private const string UtcMicroseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Makes the console the only place of the log.</summary>
    public static void Use(ILoggingBuilder logging, bool asJson, LogLevel least)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);

        // A start that fails is told in a line each at the end; the host would say it first, with the way it took.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
        if (asJson)
            logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.TimestampFormat) = (true, UtcMicroseconds));
        else logging.AddSimpleConsole(text => (text.SingleLine, text.TimestampFormat) = (true, "HH:mm:ss.fff "));
        logging.Services.Configure<ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
