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

/** The assembled launcher in its own process, on a database of the loopback address. */
record RunningLauncher(Process process, URI metadata, URI migration) implements AutoCloseable {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(60);

    /** Starts the launcher and waits until it has printed its addresses. */
    static RunningLauncher start(Path distribution, int databasePort) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                distribution.resolve("bin").resolve("metaservice").toString());
        builder.environment()
                .putAll(Map.of(
                        "MF_METADATA_HOST", "127.0.0.1",
                        "MF_METADATA_PORT", "0",
                        "MF_MIGRATION_PORT", "0",
                        "LOGLEVEL", "WARNING",
                        "MF_METADATA_DB_PORT", Integer.toString(databasePort)));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return new RunningLauncher(process, address(lines, "metadata"), address(lines, "migration"));
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
        process.onExit().orTimeout(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }
}
