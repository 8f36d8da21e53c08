package metaservice.benchmarks.load;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program of the system that the benchmark runs. */
record Tool(Path program) {

    /** wrk, which sends HTTP requests. */
    static Tool wrk() throws MissingToolException {
        return find("wrk", Stream.empty())
                .orElseThrow(
                        () -> new MissingToolException("wrk is missing; on Debian and Ubuntu: apt-get install wrk"));
    }

    /** pgbench, which sends statements; Debian does not put the newest one on the path. */
    static Tool pgbench() throws MissingToolException {
        Stream<Path> versions = Stream.iterate(30, version -> version > 9, version -> version - 1)
                .map(version -> Path.of("/usr/lib/postgresql", Integer.toString(version), "bin"));
        return find("pgbench", versions)
                .orElseThrow(
                        () -> new MissingToolException(
                                "pgbench is missing; on Debian and Ubuntu: apt-get install postgresql-contrib; or use --no-ceiling"));
    }

    private static Optional<Tool> find(String name, Stream<Path> furtherFolders) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)).map(Path::of), furtherFolders)
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Tool::new);
    }

    /**
     * Runs it and returns what it printed, errors included. Ends it if it takes longer than the limit.
     *
     * @throws IOException if it takes too long or fails
     */
    String run(Path output, Duration limit, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            String text = Files.readString(output, StandardCharsets.UTF_8).strip();
            if (!ended) {
                throw new IOException(program + " did not end within " + limit.toSeconds() + " s: " + text);
            }
            if (process.exitValue() != 0) {
                throw new IOException(program + " ended with " + process.exitValue() + ": " + text);
            }
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
