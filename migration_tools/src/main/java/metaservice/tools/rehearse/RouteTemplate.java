package metaservice.tools.rehearse;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Names the route of a request: its path with parameters in place of the ids. Pure functions of values. */
final class RouteTemplate {

    /** The parameter after a segment. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "flows", "{flow_id}",
            "runs", "{run_number}",
            "steps", "{step_name}",
            "tasks", "{task_id}",
            "artifacts", "{artifact_name}",
            "attempt", "{attempt_id}");

    private RouteTemplate() {}

    /**
     * The template of a request, such as {@code GET /flows/{flow_id}/runs}.
     *
     * @param request method and path, with or without a query
     */
    static String of(String request) {
        String[] segments = request.replaceFirst("\\?.*", "").split("/", -1);
        for (int i = 1; i < segments.length; i += 2) {
            if (i + 1 < segments.length && PARAMETERS.containsKey(segments[i])) {
                segments[i + 1] = PARAMETERS.get(segments[i]);
            }
        }
        return Arrays.stream(segments).collect(Collectors.joining("/"));
    }
}
