using NetVips;

namespace Millrace.Kernel.Conversion;

/// <summary>
/// The image on its way through the steps: one libvips image, frames of an animation one below the other. Each step
/// replaces the image and frees the one before, as libvips itself keeps what it still needs.
/// </summary>
internal sealed class Picture(Image image, int frames) : IDisposable
{
    public Image Image { get; private set; } = image;

    public int Frames { get; } = frames;

    public int Width => Image.Width;

    /// <summary>Height of one frame.</summary>
    public int Height => Image.Height / Frames;

    public void Apply(Func<Image, Image> step)
    {
        var next = step(Image);
        if (ReferenceEquals(next, Image)) return;
        Image.Dispose();
        Image = next;
    }

    /// <summary>Applies a step to each frame by itself; all results have one size.</summary>
    public void ApplyToFrames(Func<Image, Image> step)
    {
        if (Frames == 1)
        {
            Apply(step);
            return;
        }
        Apply(image => Join(image, step));
    }

    /// <summary>Decodes now, so that later steps may read in any order.</summary>
    public void Materialize() => Apply(image => image.CopyMemory());

    public void Dispose() => Image.Dispose();

    private Image Join(Image image, Func<Image, Image> step)
    {
        var height = Height;
        var frames = new Image[Frames];
        try
        {
            for (var i = 0; i < frames.Length; i++)
            {
                using var frame = image.ExtractArea(0, i * height, image.Width, height);
                var stepped = step(frame);
                frames[i] = ReferenceEquals(stepped, frame) ? frame.Copy() : stepped;
            }
            using var joined = Image.Arrayjoin(frames, across: 1);
            var pageHeight = frames[0].Height;
            return joined.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", pageHeight));
        }
        finally
        {
            foreach (var frame in frames)
            {
                frame?.Dispose();
            }
        }
    }
}
