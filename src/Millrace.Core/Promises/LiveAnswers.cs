using System.Collections.Concurrent;

namespace Millrace.Core.Promises;

/// <summary>The tallies of the services that live in this process. Safe for any number of threads.</summary>
public sealed class LiveAnswers(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AnswerTally> _tallies = new();

    /// <summary>The tally of a service; made when it is first asked for.</summary>
    public AnswerTally Of(ServiceDefinition service) => _tallies.GetOrAdd(service.Role, _ => new AnswerTally(time));
}
