package metaservice.benchmarks.load;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is measured: one endpoint, or a sequence of requests that each client repeats. The ceiling of a workload is the
 * pgbench script of the same name, which runs the service's statements for the same calls.
 */
enum Workload {
    PING(Call.get("/ping")),
    CREATE_RUN(Call.post("/flows/{flow}/run", Bodies.OWNER)),
    CREATE_TASK(Call.post(Paths.STEP + "/task", Bodies.OWNER)),
    METADATA_BATCH(Call.post(Paths.TASK + "/metadata", Bodies.METADATA)),
    ARTIFACT_BATCH(Call.post(Paths.TASK + "/artifact", Bodies.ARTIFACTS)),
    HEARTBEAT(Call.post("/flows/{beats}/runs/{beat}/heartbeat", "{}")),
    TAG_MUTATION(new Call(
            "PATCH", "/flows/{beats}/runs/{beat}/tag/mutate", "{\"tags_to_add\": [\"t{n}\"], \"tags_to_remove\": []}")),
    GET_RUN(Call.get("/flows/{beats}/runs/{beat}")),
    LIST_RUNS(Call.get("/flows/{list}/runs")),
    ARTIFACTS_OF_TASK(Call.get(Paths.READ_TASK + "/artifacts")),
    METADATA_OF_TASK(Call.get(Paths.READ_TASK + "/metadata")),
    RUNS_BY_STATUS(Call.get("/flows/{status}/runs?status:eq=completed&_limit=50")),
    TASK_LIFE(
            Call.post(Paths.STEP + "/task", Bodies.OWNER),
            Call.post(Paths.NEW_TASK + "/metadata", Bodies.METADATA),
            Call.post(Paths.NEW_TASK + "/heartbeat", "{}"),
            Call.post(Paths.NEW_TASK + "/artifact", Bodies.ARTIFACTS),
            Call.post(Paths.NEW_TASK + "/heartbeat", "{}"),
            Call.get(Paths.NEW_TASK));

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes an immutable list of records.
    private final List<Call> calls;

    Workload(Call... calls) {
        this.calls = List.of(calls);
    }

    /** The requests of one repetition; every call after the first needs the task that the first one creates. */
    List<Call> calls() {
        return calls;
    }

    /**
     * The most connections with which it is measured. Of the pages with filters the service reads five at once, half of its
     * connections, and lets eight wait; it refuses further ones with 503.
     */
    int mostConnections() {
        return this == RUNS_BY_STATUS ? 13 : Integer.MAX_VALUE;
    }

    /** The name on the command line, in the table and of the pgbench script. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether its requests change rows that have to be set back before each measurement. */
    boolean changesBeats() {
        return this == HEARTBEAT || this == TAG_MUTATION;
    }

    private static final class Paths {

        static final String STEP = "/flows/{flow}/runs/{run}/steps/start";
        static final String TASK = STEP + "/tasks/{filled}";
        static final String READ_TASK = "/flows/{read}/runs/{readrun}/steps/start/tasks/{readtask}";
        static final String NEW_TASK = STEP + "/tasks/{task}";
    }

    private static final class Bodies {

        static final String OWNER = """
                {"user_name": "user", "tags": ["nightly"], "system_tags": \
                ["user:user", "runtime:dev", "metaflow_version:2.18.0"]}""";

        /** Eight entries, as a Metaflow task sends at its start. */
        static final String METADATA = repeated(8, """
                {"field_name": "field-%d", "value": "value of field %d", "type": "type", "user_name": "user", \
                "tags": ["attempt_id:0"], "system_tags": []}""");

        static final String ARTIFACTS = repeated(10, """
                {"name": "a{n}-%d", "location": "s3://bucket/metaflow/Flow/data/0a/0a4d55a8d778e5022fab701977c5d840bbc4%d", \
                "ds_type": "s3", "sha": "0a4d55a8d778e5022fab701977c5d840bbc486d0", "type": "metaflow.artifact", \
                "content_type": "gzip+pickle-v4", "user_name": "user", "attempt_id": 0, "tags": [], "system_tags": []}""");

        private static String repeated(int times, String element) {
            return IntStream.range(0, times)
                    .mapToObj(i -> element.replace("%d", Integer.toString(i)))
                    .collect(Collectors.joining(", ", "[", "]"));
        }
    }
}
