package metaservice.tools.rehearse;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import metaservice.migrations.ServiceVersion;

/**
 * A difference between generations of the API that the reference has, too, so that clients know it.
 *
 * @param since the first service version that answers in the newer way
 * @param sentence what changed
 * @param rule which values it is about
 */
record DeclaredChange(ServiceVersion since, String sentence, Rule rule) {

    private static final ServiceVersion SECOND_GENERATION = new ServiceVersion(2, 5, 1);

    private static final List<DeclaredChange> ALL = List.of(
            new DeclaredChange(
                    SECOND_GENERATION,
                    "numbers of runs and tasks that are also names are texts",
                    (route, member, before, after) ->
                            Set.of("run_number", "task_id").contains(member) && before.isNumber() && after.isTextual()),
            new DeclaredChange(
                    SECOND_GENERATION,
                    "steps, tasks, metadata and artifacts have the tags of their run",
                    (route, member, before, after) ->
                            Set.of("tags", "system_tags").contains(member)
                                    && route.matches(".*/(steps|metadata|artifacts)\\b.*")
                                    && (after.isArray() || after.isNull())),
            new DeclaredChange(
                    SECOND_GENERATION,
                    "a list without elements is [] and not {}",
                    (route, member, before, after) -> member.isEmpty()
                            && before.isObject()
                            && before.isEmpty()
                            && after.isArray()
                            && after.isEmpty()),
            new DeclaredChange(
                    SECOND_GENERATION,
                    "tasks and metadata have the time when they were stored, not that of the request",
                    (route, member, before, after) -> member.equals("ts_epoch")
                            && route.matches(".*/(tasks|tasks/\\{task_id\\}|metadata)")
                            && after.isNumber()));

    /** Decides whether two values that differ are an instance of a change. */
    interface Rule {

        /**
         * Whether the change explains the difference.
         *
         * @param route see {@link RouteTemplate}
         * @param member name of the member; empty for a whole answer
         */
        boolean explains(String route, String member, JsonNode before, JsonNode after);
    }

    /** The changes between two service versions. */
    static List<DeclaredChange> between(ServiceVersion before, ServiceVersion after) {
        return ALL.stream()
                .filter(change -> before.compareTo(change.since) < 0 && after.compareTo(change.since) >= 0)
                .toList();
    }
}
