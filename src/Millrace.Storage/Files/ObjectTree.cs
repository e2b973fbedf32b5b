using Microsoft.Win32.SafeHandles;
using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>Objects as files under one root. Its methods block for the disk.</summary>
/// <param name="root">Stays open.</param>
/// <param name="kept">Stays open.</param>
/// <param name="folderNamesMax">As in <see cref="FileObjectStoreOptions"/>.</param>
internal sealed class ObjectTree(OpenFolder root, FolderCache kept, int folderNamesMax)
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
            using var descent = new Descent(root, kept, folderNamesMax);
            if (Place(descent, segments, file, mode == PutMode.Replace) is not { } isPlaced)
            {
                descent.Forget();
                continue;
            }
            if (isPlaced) file.Settle(descent.Folder);
            else if (Open(key) is { } there) there.Dispose();
            return isPlaced ? PutOutcome.Stored : PutOutcome.Exists;
        }
        throw Restless(key.ToString());
    }

    /// <summary>Opens an object; null when there is none.</summary>
    public OpenObject? Open(ObjectKey key)
    {
        var segments = Segments(key);
        for (var i = 0; i < TriesMax; i++)
        {
            using var descent = new Descent(root, kept, folderNamesMax);
            var file = segments[..^1].All(descent.TryEnter) ? descent.FindObject(segments[^1]) : null;
            if (file is not null) return OpenObject.Of(key, file);
            if (!descent.HasLostItsWay()) return null;
        }
        throw Restless(key.ToString());
    }

    /// <summary>Deletes an object, if there is one, and the folders that it leaves empty.</summary>
    public void Delete(ObjectKey key)
    {
        var segments = Segments(key);
        for (var i = 0; i < TriesMax; i++)
        {
            using var descent = new Descent(root, kept, folderNamesMax);
            var isEntered = segments[..^1].All(descent.TryEnter);
            if (isEntered) descent.Remove(segments[^1]);
            if (descent.HasLostItsWay()) continue;
            if (isEntered) descent.RemoveEmptied();
            return;
        }
        throw Restless(key.ToString());
    }

    /// <summary>Objects under a prefix in the order of their keys; reads folders as it goes on.</summary>
    /// <param name="prefix">Empty or ending in a slash.</param>
    /// <param name="after">Only keys after this one.</param>
    public IEnumerable<ObjectHead> List(string prefix, string? after)
    {
        using var descent = Enter(prefix);
        if (descent is null) yield break;
        foreach (var head in new ObjectWalk(after).Under(descent.Folder, prefix)) yield return head;
    }

    private Descent? Enter(string prefix)
    {
        var segments = prefix.Split('/')[..^1];
        for (var i = 0; i < TriesMax; i++)
        {
            var descent = new Descent(root, kept, folderNamesMax);
            var isEntered = segments.All(descent.TryEnter);
            var isLost = descent.HasLostItsWay();
            if (isEntered && !isLost) return descent;
            descent.Dispose();
            if (!isLost) return null;
        }
        throw Restless(prefix);
    }

    /// <returns>Whether it is placed, or the name is taken; null when a folder or the file itself is removed.</returns>
    private static bool? Place(Descent descent, string[] segments, TemporaryFile file, bool replace)
    {
        if (!segments[..^1].All(descent.EnterOrMake)) return null;
        var placing = descent.Place(segments[^1], folder => file.Place(folder, segments[^1], replace), replace);
        return placing == Placing.Gone ? null : placing == Placing.Placed;
    }

    private static ObjectStoreException Restless(string key) => new(
        ObjectStoreFault.Unavailable, $"'{key}' is not to be got at: its folders or its temporary file are removed.");

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
