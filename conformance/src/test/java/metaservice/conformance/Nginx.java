package metaservice.conformance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An nginx process (Debian package) as a reverse proxy in front of a service, on a free port of the loopback address. It
 * waits one second for an answer and then returns 504 with a page.
 */
final class Nginx implements AutoCloseable {

    private final ServerProgram program;
    private final Path folder;

    private Nginx(ServerProgram program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /**
     * Starts nginx and waits until it accepts connections. If the program is not installed, the test is skipped, except
     * on CI, where it fails.
     */
    static Nginx before(URI service) throws IOException {
        Path program = ServerProgram.find("nginx");
        int port = ServerProgram.freePort();
        Path folder = Files.createTempDirectory("nginx");
        Path settings = Files.writeString(folder.resolve("nginx.conf"), settings(folder, port, service));
        List<String> command = List.of(
                program.toString(),
                "-p",
                folder.toString(),
                "-e",
                folder.resolve("log").toString(),
                "-c",
                settings.toString());
        return new Nginx(ServerProgram.start(command, folder, port), folder);
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
        return URI.create("http://127.0.0.1:" + program.port());
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
        program.close();
    }
}
