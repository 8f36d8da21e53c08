package metaservice.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The assembled launcher in its own process.
 *
 * @param process the Java process; the start script replaces itself by it
 */
public record Launcher(Process process, URI metadata, URI migration) implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    /**
     * Starts a launcher and waits until it is ready.
     *
     * @param databasePort the port of a PostgreSQL server on this machine
     * @param settings further environment variables
     */
    public static Launcher start(Path distribution, int databasePort, Map<String, String> settings) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                distribution.resolve("bin").resolve("metaservice").toString());
        builder.environment()
                .putAll(Map.of(
                        "MF_METADATA_HOST", "127.0.0.1",
                        "MF_METADATA_PORT", "0",
                        "MF_MIGRATION_PORT", "0",
                        "LOGLEVEL", "WARNING",
                        "MF_METADATA_DB_PORT", Integer.toString(databasePort)));
        builder.environment().putAll(settings);
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        // For a benchmark that is ended by a signal.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return new Launcher(process, address(lines, "metadata"), address(lines, "migration"));
    }

    private static URI address(BufferedReader lines, String word) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.strip().startsWith(word)) {
                return URI.create(line.strip().substring(word.length()).strip());
            }
        }
        throw new IOException("the launcher ended before it was ready");
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }
}
