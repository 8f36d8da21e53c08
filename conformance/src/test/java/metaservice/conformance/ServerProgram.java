package metaservice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import metaservice.migrations.Eventually;
import org.junit.jupiter.api.Assumptions;

/** The process of a server that is a Debian package, on a port of the loopback address, and the folder of its files. */
final class ServerProgram implements AutoCloseable {

    private static final long STOP_SECONDS = 10;
    private static final int FIRST_PORT = 16_000;
    private static final int LAST_PORT = 30_000;
    private static final int PORT_ATTEMPTS = 10;

    private final Process process;
    private final Path folder;
    private final int port;

    private ServerProgram(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /**
     * The path of the program. If it is not installed, the test is skipped, except on CI, where it fails.
     *
     * @param name of the program and of its package
     */
    static Path find(String name) {
        Optional<Path> found = Stream.of("/usr/sbin", "/usr/bin")
                .map(bin -> Path.of(bin, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty() && System.getenv("CI") == null) {
            Assumptions.abort(name + " is not installed (Debian: apt-get install " + name + ")");
        }
        return found.orElseThrow(() -> new AssertionError(name + " is not installed on CI"));
    }

    /** A free port below those that the system gives to other tests' sockets meanwhile. */
    static int freePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                if (attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts the program and waits until it accepts connections. Its output is in file {@code out} of the folder.
     *
     * @param folder the files of the program; deleted by {@link #close}
     */
    static ServerProgram start(List<String> command, Path folder, int port) throws IOException {
        Path output = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        ServerProgram started = new ServerProgram(process, folder, port);
        Eventually.await(
                command.get(0) + " accepts connections", () -> started.acceptsConnections() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException(command.get(0) + " ended: " + Files.readString(output));
        }
        return started;
    }

    int port() {
        return port;
    }

    private boolean acceptsConnections() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Stops the program and deletes its folder. */
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
        // Processes that the program has started may still be writing.
        Eventually.await("the files of " + folder + " are deleted", () -> isDeleted(folder));
    }

    private static boolean isDeleted(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
            return true;
        } catch (DirectoryNotEmptyException | UncheckedIOException e) {
            return false;
        }
    }
}
