package metaservice.conformance;

import java.util.List;
import java.util.stream.Stream;

/**
 * A generation of the service as its clients know it. {@link HostileInputIT} compares the routes with the providers'.
 *
 * @param name as its provider is called
 * @param schema the last schema version on which it is chosen
 * @param routes each a method, a blank and a path with parameters in braces
 */
record ServiceGeneration(String name, long schema, List<String> routes) {

    private static final String RUN = "/flows/{flow_id}/runs/{run_number}";
    private static final String STEP = RUN + "/steps/{step_name}";
    private static final String TASK = STEP + "/tasks/{task_id}";

    private static final List<String> V1_ROUTES = List.of(
            "GET /ping",
            "GET /flows",
            "GET /flows/{flow_id}",
            "POST /flows/{flow_id}",
            "GET /flows/{flow_id}/runs",
            "POST /flows/{flow_id}/run",
            "GET " + RUN,
            "GET " + RUN + "/metadata",
            "GET " + RUN + "/artifacts",
            "GET " + RUN + "/steps",
            "GET " + STEP,
            "POST " + STEP + "/step",
            "GET " + STEP + "/artifacts",
            "GET " + STEP + "/tasks",
            "POST " + STEP + "/task",
            "GET " + TASK,
            "GET " + TASK + "/metadata",
            "POST " + TASK + "/metadata",
            "GET " + TASK + "/artifacts",
            "POST " + TASK + "/artifact",
            "GET " + TASK + "/artifacts/{artifact_name}");

    private static final List<String> V2_ROUTES = Stream.concat(
                    V1_ROUTES.stream(),
                    Stream.of(
                            "GET /version",
                            "GET /healthcheck",
                            "POST " + RUN + "/heartbeat",
                            "PATCH " + RUN + "/tag/mutate",
                            "GET " + STEP + "/filtered_tasks",
                            "POST " + TASK + "/heartbeat",
                            "GET " + TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}",
                            "GET " + TASK + "/attempt/{attempt_id}/artifacts"))
            .toList();

    /** 1.x: numbers only. */
    static final ServiceGeneration V1 = new ServiceGeneration("V1", 1, V1_ROUTES);

    /** 2.x. */
    static final ServiceGeneration V2 = new ServiceGeneration("V2", 20230118020300L, V2_ROUTES);

    /** 3.x: the same routes, with pages and filters. */
    static final ServiceGeneration V3 = new ServiceGeneration("V3", 20260706000003L, V2_ROUTES);

    /** All of them, oldest first. */
    static List<ServiceGeneration> all() {
        return List.of(V1, V2, V3);
    }

    @Override
    public String toString() {
        return name;
    }
}
