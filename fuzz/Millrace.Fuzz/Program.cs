using Millrace.Fuzz;
using SharpFuzz;

return args switch
{
    [var target] when Targets.All.TryGetValue(target, out var run) => Fuzz(run),
    [var target, "--replay", var folder] when Targets.All.TryGetValue(target, out var run) =>
        await ReplayAsync(run, folder),
    _ => Usage(),
};

static int Fuzz(Action<byte[]> run)
{
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        run(bytes.ToArray());
    });
    return 0;
}

static async Task<int> ReplayAsync(Action<byte[]> run, string folder)
{
    var failed = 0;
    foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
    {
        if (!await PassesAsync(run, file)) failed++;
    }
    Console.Out.WriteLine($"{failed} inputs failed");
    return failed == 0 ? 0 : 1;
}

static async Task<bool> PassesAsync(Action<byte[]> run, string file)
{
    try
    {
        var bytes = await File.ReadAllBytesAsync(file);
        await Task.Run(() => run(bytes)).WaitAsync(TimeSpan.FromSeconds(10));
        return true;
    }
#pragma warning disable CA1031 // whatever a parser throws, or that it never ends, is what a replay looks for
    catch (Exception thrown)
#pragma warning restore CA1031
    {
        Console.Out.WriteLine($"{file}: {thrown}");
        return false;
    }
}

static int Usage()
{
    Console.Error.WriteLine($"Millrace.Fuzz {string.Join('|', Targets.All.Keys)} [--replay FOLDER]");
    return 2;
}
