namespace Millrace.Core.Images;

/// <summary>
/// Reads an AVIF: the stored sides (ispe) of its primary item, which for a grid are those of the whole. Boxes are
/// followed along one path (meta, iprp, ipco and ipma) without recursion, at most <see cref="BoxesCap"/> on each level.
/// </summary>
/// <remarks>
/// Always one frame: libvips reads the primary still and no image sequence, so a file of brand avis without a still is
/// not read. A file that associates no sides with its primary item is taken to have the largest that it states. To
/// state smaller sides than those encoded helps nobody: libvips 8.18 has libheif refuse to decode more.
/// </remarks>
internal static class AvifHeader
{
    private const int BoxesCap = 1024;
    private const int BrandsCap = 64;

    /// <summary>Whether the file type box names the brand avif or avis, as its own or a compatible one.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (!new ByteReader(bytes).Holds(4, "ftyp"u8)) return false;
        var body = new BoxWalk(bytes, 1).TryNext(out var box) ? box.Body : [];
        for (var i = 0; i < BrandsCap && (i * 4) + 4 <= body.Length; i++)
        {
            var brand = body.Slice(i * 4, 4);
            // The second four bytes are the version of the first.
            if (i != 1 && (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))) return true;
        }
        return false;
    }

    /// <summary>Reads the sides of the primary item.</summary>
    public static ProbeOutcome Read(ReadOnlySpan<byte> bytes)
    {
        if (!TryFind(bytes, "meta"u8, out var meta) || meta.Length < 4)
        {
            return TryFind(bytes, "moov"u8, out _)
                ? ProbeOutcome.Unsupported("An AVIF image sequence without a still image")
                : ProbeOutcome.CutShort(ImageFormat.Avif);
        }
        var items = meta[4..];
        if (!TryFind(items, "iprp"u8, out var properties) || !TryFind(properties, "ipco"u8, out var all))
            return ProbeOutcome.CutShort(ImageFormat.Avif);
        var sides = Sides(all, PrimaryProperties(items, properties));
        return sides is { Width: 0, Height: 0 }
            ? ProbeOutcome.Damaged("The AVIF header states no width and height.")
            : ProbeOutcome.Of(ImageFormat.Avif, sides.Width, sides.Height);
    }

    /// <summary>The largest sides among the associated properties; among all when none of those are sides.</summary>
    private static (uint Width, uint Height) Sides(ReadOnlySpan<byte> properties, Associations associations)
    {
        (uint Width, uint Height) own = default, any = default;
        var walk = new BoxWalk(properties, BoxesCap);
        for (var index = 1; walk.TryNext(out var box); index++)
        {
            if (!box.Is("ispe"u8)) continue;
            var reader = new ByteReader(box.Body);
            if (!reader.TryUInt32(4, out var width) || !reader.TryUInt32(8, out var height)) continue;
            any = Larger(any, (width, height));
            if (associations.Contain(index)) own = Larger(own, (width, height));
        }
        return own == default ? any : own;
    }

    private static (uint Width, uint Height) Larger((uint Width, uint Height) a, (uint Width, uint Height) b) =>
        (ulong)a.Width * a.Height >= (ulong)b.Width * b.Height && a != default ? a : b;

    private static Associations PrimaryProperties(ReadOnlySpan<byte> items, ReadOnlySpan<byte> properties)
    {
        if (!TryFind(items, "pitm"u8, out var body) || !TryItemId(body, 4, out var primary)) return default;
        var walk = new BoxWalk(properties, BoxesCap);
        while (walk.TryNext(out var box))
        {
            if (box.Is("ipma"u8) && Associations.TryFind(box.Body, primary, out var found)) return found;
        }
        return default;
    }

    /// <summary>Item numbers have two bytes in version 0 of their box, four in later ones.</summary>
    private static bool TryItemId(ReadOnlySpan<byte> body, long offset, out uint id)
    {
        var reader = new ByteReader(body);
        if (reader.TryByte(0, out var version) && version > 0) return reader.TryUInt32(offset, out id);
        var found = reader.TryUInt16(offset, out var small);
        id = small;
        return found;
    }

    private static bool TryFind(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> kind, out ReadOnlySpan<byte> body)
    {
        var walk = new BoxWalk(boxes, BoxesCap);
        while (walk.TryNext(out var box))
        {
            if (!box.Is(kind)) continue;
            body = box.Body;
            return true;
        }
        body = [];
        return false;
    }

    /// <summary>The numbers of the properties of one item, as they stand in an ipma box.</summary>
    private readonly ref struct Associations(ReadOnlySpan<byte> numbers, bool wide)
    {
        private readonly ReadOnlySpan<byte> _numbers = numbers;
        private readonly bool _wide = wide;

        /// <summary>
        /// Whether the property of that number, counted from 1, is the item's. The top bit is a flag.
        /// </summary>
        public bool Contain(int index)
        {
            if (!_wide)
            {
                foreach (var number in _numbers) if ((number & 0x7F) == index) return true;
                return false;
            }
            for (var i = 0; i + 1 < _numbers.Length; i += 2)
            {
                if ((((_numbers[i] & 0x7F) << 8) | _numbers[i + 1]) == index) return true;
            }
            return false;
        }

        /// <summary>Finds the first entry of an item in the body of an ipma box.</summary>
        public static bool TryFind(ReadOnlySpan<byte> body, uint item, out Associations found)
        {
            var reader = new ByteReader(body);
            var (idSize, wide) = body is [var version, _, _, var flags, ..]
                ? (version == 0 ? 2 : 4, (flags & 1) != 0) : (2, false);
            found = default;
            long position = 8;
            while (TryItemId(body, position, out var id) && reader.TryByte(position + idSize, out var count))
            {
                var size = count * (wide ? 2 : 1);
                found = new(reader.Slice(position + idSize + 1, size), wide);
                if (id == item) return true;
                position += idSize + 1 + size;
            }
            return false;
        }
    }
}
