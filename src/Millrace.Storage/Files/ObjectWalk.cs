using Millrace.Core.Objects;

namespace Millrace.Storage.Files;

/// <summary>Reads shelves in the order of keys. At any time it holds the names of one folder for each level.</summary>
/// <param name="after">Only keys after this one; null for all.</param>
internal sealed class ObjectWalk(string? after)
{
    /// <summary>The objects under a prefix.</summary>
    /// <param name="folder">The first of its shelf.</param>
    /// <param name="prefix">Empty or ending in a slash.</param>
    public IEnumerable<ObjectHead> Under(OpenFolder folder, string prefix)
    {
        foreach (var (place, name) in Names(folder, prefix, ""))
        {
            if (name.Kind == ShelfKind.Object)
            {
                if (Head(place, name.Name, prefix) is { } head) yield return head;
                continue;
            }
            using var child = place.Child(Shelf.PrefixName(name.Name));
            if (child is null) continue;
            foreach (var head in Under(child, prefix + name.Order)) yield return head;
        }
    }

    // All names of a shelf from one of its folders down, in order, each with the folder that has it.
    private IEnumerable<(OpenFolder Folder, ShelfName Name)> Names(OpenFolder folder, string prefix, string common)
    {
        var entries = folder.Entries().Select(Shelf.Read).OfType<ShelfName>()
            .Where(name => !IsBefore(name, prefix, common))
            .OrderBy(name => name.Order, StringComparer.Ordinal).ToList();
        using var below = Below(folder, entries, prefix, common).GetEnumerator();
        var more = below.MoveNext();
        foreach (var own in entries.Where(name => name.Kind != ShelfKind.Below))
        {
            for (; more && Compare(below.Current.Name, own) <= 0; more = below.MoveNext())
            {
                // The same name twice: what stands above hides what stands below, as for readers.
                if (Compare(below.Current.Name, own) < 0) yield return below.Current;
            }
            yield return (folder, own);
        }
        for (; more; more = below.MoveNext()) yield return below.Current;
    }

    private IEnumerable<(OpenFolder Folder, ShelfName Name)> Below(
        OpenFolder folder, IEnumerable<ShelfName> entries, string prefix, string common)
    {
        foreach (var name in entries.Where(name => name.Kind == ShelfKind.Below))
        {
            using var child = folder.Child(Shelf.BelowName(name.Name));
            if (child is null) continue;
            foreach (var one in Names(child, prefix, common + name.Name)) yield return one;
        }
    }

    private bool IsBefore(ShelfName name, string prefix, string common)
    {
        if (after is null) return false;
        var start = name.Kind == ShelfKind.Below ? prefix + common + name.Name : prefix + name.Order;
        var order = string.CompareOrdinal(start, after);
        return name.Kind == ShelfKind.Object
            ? order <= 0
            : order < 0 && !after.StartsWith(start, StringComparison.Ordinal);
    }

    private static int Compare(ShelfName one, ShelfName other) => string.CompareOrdinal(one.Order, other.Order);

    private static ObjectHead? Head(OpenFolder folder, string name, string prefix)
    {
        using var file = folder.File(name);
        return file is null ? null : OpenObject.Of(ObjectKey.Of(prefix + name), file).Head;
    }
}
