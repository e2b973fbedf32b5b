namespace Millrace.Core.Transforms;

/// <summary>The nine compass points and their names.</summary>
internal static class Compass
{
    private static readonly (string Name, Gravity Point)[] Points =
    [
        ("center", Gravity.Center),
        ("north", At(5_000, 0)),
        ("north-east", At(10_000, 0)),
        ("east", At(10_000, 5_000)),
        ("south-east", At(10_000, 10_000)),
        ("south", At(5_000, 10_000)),
        ("south-west", At(0, 10_000)),
        ("west", At(0, 5_000)),
        ("north-west", At(0, 0)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Points.Select(p => p.Name)];

    /// <summary>The point of a name; null: no compass point has it.</summary>
    public static Gravity? Find(string name)
    {
        foreach (var point in Points)
        {
            if (point.Name == name) return point.Point;
        }
        return null;
    }

    /// <summary>The name of a point; null: it is no compass point.</summary>
    public static string? Name(Gravity gravity)
    {
        foreach (var point in Points)
        {
            if (point.Point == gravity) return point.Name;
        }
        return null;
    }

    private static Gravity At(int x, int y) => new(GravityKind.Point, x, y);
}
