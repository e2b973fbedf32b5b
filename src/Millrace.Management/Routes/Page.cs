using System.ComponentModel;

namespace Millrace.Management.Routes;

/// <summary>A part of a list.</summary>
/// <param name="Items">In the list's order.</param>
/// <param name="Next">What to send as <c>after</c> for the part that follows; null: none does.</param>
internal sealed record Page<T>(
    [property: Description("In the list's order.")] IReadOnlyList<T> Items,
    [property: Description("What to send as after for the part that follows; null: none does.")] string? Next);
