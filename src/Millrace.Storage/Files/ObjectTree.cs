using Microsoft.Win32.SafeHandles;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>Objects as files under one root. Its methods block for the disk.</summary>
/// <param name="root">Stays open.</param>
/// <param name="folderNamesMax">As in <see cref="FileObjectStoreOptions"/>.</param>
internal sealed class ObjectTree(OpenFolder root, int folderNamesMax)
{
    // One is needed for each folder that somebody removes under the put's feet.
    private const int TriesMax = 64;

    /// <summary>Gives a temporary file the object's name; durable when it returns.</summary>
    public PutOutcome Publish(ObjectKey key, TemporaryFile file, PutMode mode)
    {
        file.Sync();
        var segments = Segments(key);
        for (var i = 0; i < TriesMax; i++)
        {
            using var descent = new Descent(root, folderNamesMax);
            if (!segments[..^1].All(descent.EnterOrMake)) continue;
            var replace = mode == PutMode.Replace;
            var placing = descent.Place(segments[^1], folder => file.Place(folder, segments[^1], replace), replace);
            if (placing == Placing.Gone) continue;
            if (placing == Placing.Placed) file.Settle(descent.Folder);
            else if (Open(key) is { } there) there.Dispose();
            return placing == Placing.Placed ? PutOutcome.Stored : PutOutcome.Exists;
        }
        throw new ObjectStoreException(
            ObjectStoreFault.Unavailable, $"'{key}' could not be placed: its folder or its temporary file is removed.");
    }

    /// <summary>Opens an object; null when there is none.</summary>
    public OpenObject? Open(ObjectKey key)
    {
        var segments = Segments(key);
        using var descent = new Descent(root, folderNamesMax);
        if (!segments[..^1].All(descent.TryEnter)) return null;
        return descent.FindObject(segments[^1]) is { } file ? OpenObject.Of(key, file) : null;
    }

    /// <summary>Deletes an object, if there is one, and the folders that it leaves empty.</summary>
    public void Delete(ObjectKey key)
    {
        var segments = Segments(key);
        using var descent = new Descent(root, folderNamesMax);
        if (!segments[..^1].All(descent.TryEnter)) return;
        descent.Remove(segments[^1]);
        descent.RemoveEmptied();
    }

    /// <summary>Objects under a prefix in the order of their keys; reads folders as it goes on.</summary>
    /// <param name="prefix">Empty or ending in a slash.</param>
    /// <param name="after">Only keys after this one.</param>
    public IEnumerable<ObjectHead> List(string prefix, string? after)
    {
        using var descent = new Descent(root, folderNamesMax);
        var segments = prefix.Split('/')[..^1];
        if (!segments.All(descent.TryEnter)) yield break;
        foreach (var head in new ObjectWalk(after).Under(descent.Folder, prefix)) yield return head;
    }

    private static string[] Segments(ObjectKey key) => key.ToString().Split('/');
}

/// <summary>An object's file, open for reading.</summary>
internal sealed record OpenObject(ObjectHead Head, SafeFileHandle File) : IDisposable
{
    /// <summary>Reads what the object is; takes over the file.</summary>
    public static OpenObject Of(ObjectKey key, SafeFileHandle file)
    {
        try
        {
            var modified = new DateTimeOffset(System.IO.File.GetLastWriteTimeUtc(file));
            return new(new ObjectHead(key, RandomAccess.GetLength(file), modified), file);
        }
        catch (NotSupportedException exception)
        {
            file.Dispose();
            throw new ObjectStoreException(ObjectStoreFault.Refused, $"'{key}' is a pipe and no object.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
