package metaservice.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import metaservice.migrations.Eventually;
import org.junit.jupiter.api.Assumptions;

/**
 * An nginx process (Debian package) as a reverse proxy in front of a service, on a free port of the loopback address. It
 * waits one second for an answer and then returns 504 with a page.
 */
final class Nginx implements AutoCloseable {

    private static final List<Path> PROGRAM_PATHS = List.of(Path.of("/usr/sbin/nginx"), Path.of("/usr/bin/nginx"));
    private static final long STOP_SECONDS = 10;

    private final Process process;
    private final Path folder;
    private final int port;

    private Nginx(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /**
     * Starts nginx and waits until it accepts connections. If the program is not installed, the test is skipped, except
     * on CI, where it fails.
     */
    static Nginx before(URI service) throws IOException {
        Path program = program();
        int port = PgBouncer.freePort();
        Path folder = Files.createTempDirectory("nginx");
        Path settings = Files.writeString(folder.resolve("nginx.conf"), settings(folder, port, service));
        Process process = new ProcessBuilder(
                        program.toString(),
                        "-p",
                        folder.toString(),
                        "-e",
                        folder.resolve("log").toString(),
                        "-c",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        Nginx started = new Nginx(process, folder, port);
        Eventually.await("nginx accepts connections", () -> started.acceptsConnections() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException("nginx ended: " + Files.readString(folder.resolve("out")));
        }
        return started;
    }

    private static String settings(Path folder, int port, URI service) {
        StringBuilder temporaryFolders = new StringBuilder();
        for (String module : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            temporaryFolders.append(module).append("_temp_path ").append(folder).append("/temp; ");
        }
        return String.join(
                "\n",
                "daemon off; master_process off; worker_processes 1; error_log " + folder + "/log info;",
                "pid " + folder + "/pid;",
                "events { worker_connections 64; }",
                "http { access_log " + folder + "/requests; " + temporaryFolders,
                "server { listen 127.0.0.1:" + port + ";",
                "location / { proxy_pass " + service + "; proxy_read_timeout 1s; } } }",
                "");
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Whether the service has exceeded the time limit of a request. */
    boolean hasTimedOut() throws IOException {
        return Files.readString(folder.resolve("log")).contains("upstream timed out");
    }

    /** Whether a request that begins with this was answered, such as {@code GET /ping}. */
    boolean hasAnswered(String request) throws IOException {
        return Files.readString(folder.resolve("requests")).contains("\"" + request);
    }

    /** Stops nginx and deletes its files. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Path program() {
        Optional<Path> found =
                PROGRAM_PATHS.stream().filter(Files::isExecutable).findFirst();
        if (found.isEmpty() && System.getenv("CI") == null) {
            Assumptions.abort("nginx is not installed (Debian: apt-get install nginx)");
        }
        return found.orElseThrow(() -> new AssertionError("nginx is not installed on CI"));
    }

    private boolean acceptsConnections() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
