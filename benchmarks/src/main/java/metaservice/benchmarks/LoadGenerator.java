package metaservice.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs {@code wrk} and {@code pgbench} (Debian packages wrk and postgresql-contrib or postgresql). For one thread.
 *
 * @param folder for scripts
 * @param seconds of each run
 */
record LoadGenerator(Path folder, int seconds) {

    private static final int EXTRA_SECONDS = 60;

    /**
     * Sends requests as fast as they are answered.
     *
     * @param connections each has one request on its way
     */
    Throughput wrk(URI service, Operation operation, int connections) throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("request.lua"),
                "wrk.method = \"" + operation.method() + "\"\n"
                        + (operation.body().isEmpty()
                                ? ""
                                : "wrk.body = [==[" + operation.body()
                                        + "]==]\nwrk.headers[\"Content-Type\"] = \"application/json\"\n"));
        return Throughput.ofWrk(run(List.of(
                program("wrk", "wrk"),
                "-t2",
                "-c" + connections,
                "-d" + seconds + "s",
                "--latency",
                "-s",
                script.toString(),
                service.resolve(operation.path()).toString())));
    }

    /** Runs a statement as fast as the server answers, prepared, each time in a transaction of its own. */
    Throughput pgbench(int port, String statement, int connections) throws IOException, InterruptedException {
        Path script = Files.writeString(folder.resolve("statement.sql"), statement + ";\n");
        return Throughput.ofPgbench(run(List.of(
                program("pgbench", "postgresql-contrib"),
                "--no-vacuum",
                "--protocol=prepared",
                "--host=127.0.0.1",
                "--port=" + port,
                "--username=postgres",
                "--client=" + connections,
                "--jobs=2",
                "--time=" + seconds,
                "--file=" + script,
                "postgres")));
    }

    private static String program(String name, String debianPackage) {
        List<Path> folders = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            folders.add(Path.of(folder));
        }
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(() -> new IllegalStateException(
                        name + " is not installed (Debian: apt-get install " + debianPackage + ")"));
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(seconds + EXTRA_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(command.get(0) + " did not end in time");
            }
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new IOException(
                    Stream.of(command.get(0), "failed:", text).reduce("", (one, other) -> one + " " + other));
        }
        return text;
    }
}
