package metaservice.benchmarks.load;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Another server that speaks the same API.
 *
 * @param process empty if it was started by somebody else
 */
record Peer(URI address, Optional<Process> process) implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final long MILLIS_BETWEEN_ATTEMPTS = 100;

    /** A server that is running, or about to run; waits for it at most 60 s. */
    static Peer at(URI address) throws IOException, InterruptedException {
        Peer peer = new Peer(address, Optional.empty());
        peer.awaitPing();
        return peer;
    }

    /**
     * Starts a command of the shell with the reference's variables for the database and the listeners.
     *
     * @param database the name of a database of the server at this port
     */
    static Peer start(String command, int databasePort, String database) throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "exec " + command);
        builder.environment()
                .putAll(Map.of(
                        "MF_METADATA_HOST", "127.0.0.1",
                        "MF_METADATA_PORT", Integer.toString(port),
                        "MF_MIGRATION_PORT", Integer.toString(freePort()),
                        "LOGLEVEL", "WARNING",
                        "MF_METADATA_DB_HOST", "127.0.0.1",
                        "MF_METADATA_DB_PORT", Integer.toString(databasePort),
                        "MF_METADATA_DB_USER", "postgres",
                        "MF_METADATA_DB_PSWD", "postgres",
                        "MF_METADATA_DB_NAME", database));
        Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // For a benchmark that is ended by a signal.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        Peer peer = new Peer(URI.create("http://127.0.0.1:" + port), Optional.of(process));
        try {
            peer.awaitPing();
        } catch (IOException e) {
            peer.close();
            throw e;
        }
        return peer;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitPing() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!answersPing()) {
            if (process.isPresent() && !process.get().isAlive()) {
                throw new IOException("the command of the peer ended before the peer was ready");
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the peer at " + address + " does not answer /ping");
            }
            Thread.sleep(MILLIS_BETWEEN_ATTEMPTS);
        }
    }

    private boolean answersPing() {
        try (HttpConnection connection = new HttpConnection(address)) {
            return connection.send(Call.get("/ping")).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (process.isPresent()) {
            process.get().destroy();
            process.get()
                    .onExit()
                    .orTimeout(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
    }
}
