package metaservice.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Measures workloads with wrk: as many requests as the server answers, one at a time on each connection. */
final class Wrk {

    private static final int THREADS = 2;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final Tool tool;
    private final Path folder;

    /**
     * Uses an installed wrk.
     *
     * @param folder for scripts and output
     */
    Wrk(Tool tool, Path folder) {
        this.tool = tool;
        this.folder = folder;
    }

    /**
     * Measures one workload.
     *
     * @param connections at least {@value #THREADS}
     * @param firstNumber the first of the numbers that make names unique
     */
    WrkResult measure(
            URI server, Workload workload, TestData data, int connections, Duration duration, long firstNumber)
            throws IOException, InterruptedException {
        Path script = folder.resolve("workload.lua");
        Files.writeString(script, variables(workload, data, firstNumber) + resource("workload.lua"));
        String output = tool.run(
                folder.resolve("wrk.out"),
                duration.plus(ANSWER_TIMEOUT).plusSeconds(20),
                List.of(
                        "-t" + THREADS,
                        "-c" + connections,
                        "-d" + duration.toSeconds() + "s",
                        "--timeout",
                        ANSWER_TIMEOUT.toSeconds() + "s",
                        "-s",
                        script.toString(),
                        server.toString()));
        return WrkResult.parse(output);
    }

    private static String variables(Workload workload, TestData data, long firstNumber) {
        String calls = workload.calls().stream()
                .map(call -> call.with(data.values()))
                .map(call ->
                        "{" + quoted(call.method()) + ", " + quoted(call.path()) + ", " + quoted(call.body()) + "}")
                .collect(Collectors.joining(",\n"));
        return "calls = {" + calls + "}\nfirst_n = " + firstNumber + "\nfirst_beat = " + data.firstBeat()
                + "\nbeat_count = " + data.beatCount() + "\nfirst_run = " + data.firstRun() + "\nfirst_task = "
                + data.firstTask() + "\ntask_count = " + TestData.TASKS + "\ntasks_per_run = " + TestData.TASKS_PER_RUN
                + "\nthreads = " + THREADS + "\n";
    }

    /** A long string of Lua, in which nothing has to be escaped. */
    private static String quoted(String text) {
        return "[==[" + text + "]==]";
    }

    static String resource(String name) throws IOException {
        try (InputStream in = Wrk.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
