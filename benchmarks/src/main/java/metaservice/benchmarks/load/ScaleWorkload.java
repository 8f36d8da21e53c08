package metaservice.benchmarks.load;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request that has to cost the same whatever the number of rows in the tables is. */
enum ScaleWorkload {
    CREATE_RUN(Call.post("/flows/{flow}/run", Bodies.OWNER)),
    CREATE_TASK(Call.post("/flows/{flow}/runs/{run}/steps/start/task", Bodies.OWNER)),
    HEARTBEAT(Call.post("/flows/{flow}/runs/{run}/heartbeat", "{}")),
    GET_RUN(Call.get("/flows/{flow}/runs/{run}")),
    GET_TASK(Call.get("/flows/{flow}/runs/{run}/steps/{step}/tasks/{task}")),
    PAGE_OF_RUNS(Call.get("/flows/{flow}/runs?_limit=20&_cursor={runcursor}")),
    PAGE_OF_TASKS(Call.get("/flows/{flow}/runs/{run}/steps/{step}/tasks?_limit=5&_cursor={taskcursor}")),
    TASKS_OF_STEP(Call.get("/flows/{flow}/runs/{run}/steps/{step}/tasks")),
    STEPS_OF_RUN(Call.get("/flows/{flow}/runs/{run}/steps")),
    ARTIFACTS_OF_RUN(Call.get("/flows/{flow}/runs/{run}/artifacts")),
    PAGE_OF_ARTIFACTS(Call.get("/flows/{flow}/runs/{run}/artifacts?_limit=20")),
    ARTIFACTS_OF_TASK(Call.get("/flows/{flow}/runs/{run}/steps/{step}/tasks/{task}/artifacts")),
    METADATA_OF_TASK(Call.get("/flows/{flow}/runs/{run}/steps/{step}/tasks/{task}/metadata")),
    PAGE_OF_METADATA(Call.get("/flows/{flow}/runs/{run}/metadata?_limit=20")),
    RUNS_BY_STATUS(Call.get("/flows/{flow}/runs?status=completed")),
    RUNS_BY_STATUS_AND_TAG(Call.get("/flows/{flow}/runs?status=failed&_tags=nightly&_limit=20"));

    @SuppressWarnings("ImmutableEnumChecker") // A record of texts.
    private final Call call;

    ScaleWorkload(Call call) {
        this.call = call;
    }

    /** The request with this number. Those that write concern as many different runs as possible. */
    Call call(ScaleSample sample, long number) {
        List<Map<String, Object>> objects = call.method().equals("GET") ? sample.read() : sample.newest();
        return call.with(objects.get((int) (number % objects.size())));
    }

    /** The name on the command line and in the table. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static final class Bodies {

        static final String OWNER = """
                {"user_name": "user", "tags": ["nightly"], "system_tags": \
                ["user:user", "runtime:dev", "metaflow_version:2.18.0"]}""";
    }
}
