package metaservice.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Measures the ceiling: the statements of a workload, sent by pgbench as prepared statements. */
final class Pgbench {

    private static final int THREADS = 2;
    private static final int METADATA = 8;
    private static final int ARTIFACTS = 10;
    private static final String RUN_TAGS = "[\"nightly\"]";

    private final Tool tool;
    private final Path folder;
    private final int port;

    /**
     * Uses an installed pgbench.
     *
     * @param folder for scripts and output
     * @param port of the PostgreSQL server on this machine
     */
    Pgbench(Tool tool, Path folder, int port) {
        this.tool = tool;
        this.folder = folder;
        this.port = port;
    }

    /** Runs of the workload's script per second, times the requests that one run stands for. */
    double requestsPerSecond(Workload workload, TestData data, int connections, Duration duration, long firstNumber)
            throws IOException, InterruptedException {
        Path script = folder.resolve(workload.label() + ".sql");
        Files.writeString(script, Wrk.resource("ceiling/" + workload.label() + ".sql"));
        List<String> arguments = new ArrayList<>(List.of(
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + connections,
                "--jobs=" + THREADS,
                "--time=" + duration.toSeconds(),
                "--host=127.0.0.1",
                "--port=" + port,
                "--username=postgres",
                "--file=" + script));
        variables(data, connections, firstNumber)
                .forEach((name, value) -> arguments.add("--define=" + name + "=" + value));
        arguments.add("postgres");
        String output = tool.run(folder.resolve("pgbench.out"), duration.plusSeconds(30), arguments);
        return PgbenchResult.parse(output).perSecond() * workload.calls().size();
    }

    /** Parameters of the statements; pgbench does not combine texts itself. */
    private static Map<String, Object> variables(TestData data, int connections, long firstNumber) {
        Map<String, Object> all = new TreeMap<>(data.values());
        long now = System.currentTimeMillis();
        all.put("millis", now);
        all.put("seconds", now / 1000);
        all.put("i", 0);
        all.put("clients", connections);
        all.put("first_n", firstNumber);
        all.put("first_beat", data.firstBeat());
        all.put("beat_count", data.beatCount());
        all.put("first_run", data.firstRun());
        all.put("first_task", data.firstTask());
        all.put("task_count", TestData.TASKS);
        all.put("tasks_per_run", TestData.TASKS_PER_RUN);
        all.put("step", "start");
        all.put("user", "user");
        all.put("user_prefix", "user:");
        all.put("tags", RUN_TAGS);
        all.put("changed_tags", "[\"nightly\", \"t" + firstNumber + "\"]");
        all.put("system_tags", "[\"user:user\", \"runtime:dev\", \"metaflow_version:2.18.0\"]");
        all.put("metadata_names", array(METADATA, "field-%d"));
        all.put("metadata_values", array(METADATA, "value of field %d"));
        all.put("metadata_types", array(METADATA, "type"));
        all.put("metadata_users", array(METADATA, "user"));
        all.put("metadata_tags", array(METADATA, "[\\\"attempt_id:0\\\"]"));
        all.put("metadata_system_tags", array(METADATA, "[]"));
        all.put("metadata_good", array(METADATA, "t"));
        all.put(
                "artifact_names",
                IntStream.range(0, ARTIFACTS).mapToObj(i -> "c#-" + i).collect(Collectors.joining(",")));
        all.put("artifact_locations", array(ARTIFACTS, "s3://bucket/metaflow/Flow/data/0a/0a4d55a8d778e5022fab7019%d"));
        all.put("artifact_stores", array(ARTIFACTS, "s3"));
        all.put("artifact_shas", array(ARTIFACTS, "0a4d55a8d778e5022fab701977c5d840bbc486d0"));
        all.put("artifact_types", array(ARTIFACTS, "metaflow.artifact"));
        all.put("artifact_content_types", array(ARTIFACTS, "gzip+pickle-v4"));
        all.put("artifact_users", array(ARTIFACTS, "user"));
        all.put("artifact_attempts", array(ARTIFACTS, "0"));
        all.put("artifact_tags", array(ARTIFACTS, "[]"));
        all.put("artifact_system_tags", array(ARTIFACTS, "[]"));
        all.put("artifact_good", array(ARTIFACTS, "t"));
        return Collections.unmodifiableMap(all);
    }

    /** An array of PostgreSQL as text. */
    private static String array(int length, String element) {
        return IntStream.range(0, length)
                .mapToObj(i -> "\"" + element.replace("%d", Integer.toString(i)) + "\"")
                .collect(Collectors.joining(",", "{", "}"));
    }
}
