// The tool finds the databases' factories in Millrace.Management; it only needs something to start.
Console.Out.WriteLine("./dev migration NAME writes a migration for each database.");
