using System.Diagnostics;
using System.Globalization;

namespace Millrace.Engines.Postgres;

/// <summary>Programs, files and arguments of one server.</summary>
/// <param name="Folder">Everything of it.</param>
/// <param name="Host">Where it runs.</param>
/// <param name="Port">Where it listens there.</param>
/// <param name="Password">Of its only user.</param>
internal sealed record PostgresPlan(string Folder, EngineHost Host, int Port, string Password)
{
    public const string User = "millrace";

    // PostgreSQL does not run as root; its package has made this account.
    private const string Account = "postgres";

    public string Store => Path.Combine(Folder, "store");

    public string Log => Path.Combine(Folder, "postgres.log");

    /// <summary>Who may come from where; what initdb makes lets in this machine alone.</summary>
    public string AccessFile => Path.Combine(Store, "pg_hba.conf");

    public string PasswordFile => Path.Combine(Folder, "password");

    /// <summary>Gives the account a folder of its own; only as root.</summary>
    public static ProcessStartInfo OwnFolder(string folder) => new("chown", ["-R", $"{Account}:", folder]);

    /// <summary>Makes the files of the server.</summary>
    public ProcessStartInfo Prepare() => AsAccount(PostgresPackage.Program("initdb"),
    [
        "--pgdata", Store, "--username", User, "--pwfile", PasswordFile, "--auth", "scram-sha-256",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions",
    ]);

    /// <summary>The server, in the foreground, with its settings as a deployment has them.</summary>
    public ProcessStartInfo Server() => AsAccount(PostgresPackage.Program("postgres"),
    [
        "-D", Store, "-h", Host.Address, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", Store,
        "-c", "max_connections=100", "-c", "log_min_messages=warning", "-c", "shared_buffers=64MB",
    ]);

    private ProcessStartInfo AsAccount(string program, IEnumerable<string> arguments)
    {
        IEnumerable<string> given = IsRoot
            ? ["--reuid", Account, "--regid", Account, "--clear-groups", "--pdeathsig", "KILL", "--", program,
                .. arguments]
            : arguments;
        var start = new ProcessStartInfo(IsRoot ? "setpriv" : program, given) { WorkingDirectory = Folder };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = Folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        return Host.Enter(start);
    }

    internal static bool IsRoot => Environment.UserName == "root";
}
