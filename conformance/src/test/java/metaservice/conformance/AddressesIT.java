package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Database hosts with several addresses of which only one works: status, upgrade, schema watch and services use it. */
@Tag("extended")
class AddressesIT {

    private static final long OLD = 20230118020300L;
    private static final String HOST = "db.example";

    @TempDir
    private Path folder;

    @Test
    void refusedAddressesAreSkipped() throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                LauncherProcess launcher =
                        LauncherProcess.start(environment(HOST, database, "127.0.0.2", "127.0.0.1", "127.0.0.3"))) {
            assertUpgradesAndServes(launcher);
        }
    }

    @Test
    void addressesThatDropPacketsAreSkipped() throws Exception {
        try (TestDatabase database = TestDatabases.at(OLD);
                DroppingListener dropping = new DroppingListener("127.0.0.2", port(database))) {
            long begin = System.nanoTime();
            try (LauncherProcess launcher =
                    LauncherProcess.start(environment(HOST, database, dropping.address(), "127.0.0.1"))) {
                Duration started = Duration.ofNanos(System.nanoTime() - begin);
                assertTrue(started.toSeconds() < 20, started::toString);
                assertUpgradesAndServes(launcher);
            }
        }
    }

    /** The JVM prefers IPv4 addresses; the server listens on only one of the two. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void localhostIsFoundOnEitherAddress(String address) throws Exception {
        String other = address.equals("::1") ? "127.0.0.1" : "::1";
        try (TestDatabase database = TestDatabases.at(OLD);
                Forwarder server = Forwarder.listen(address, 0, port(database));
                Socket refusing = new Socket()) {
            refusing.bind(new InetSocketAddress(other, server.port()));
            Map<String, String> environment = environment("localhost", database, "127.0.0.1", "::1");
            environment.put("MF_METADATA_DB_PORT", Integer.toString(server.port()));
            try (LauncherProcess launcher = LauncherProcess.start(environment)) {
                assertUpgradesAndServes(launcher);
            }
        }
    }

    private static void assertUpgradesAndServes(LauncherProcess launcher) throws IOException, InterruptedException {
        assertEquals(200, launcher.createFlow("Before").status());
        Answer upgraded = launcher.upgrade();
        assertEquals("200 upgrade success", upgraded.status() + " " + upgraded.text());
        Eventually.await(
                "the newest service serves",
                () -> launcher.servingVersion().equals(Optional.of(Generation.newestVersion())));
        assertEquals(200, launcher.createFlow("After").status());
        assertEquals(
                200, launcher.ask("GET", "/healthcheck", NullNode.getInstance()).status());
        launcher.stop();
        assertEquals(List.of(), launcher.errors());
    }

    /** A database host with these addresses, in this order. */
    private Map<String, String> environment(String host, TestDatabase database, String... addresses)
            throws IOException {
        StringBuilder hosts = new StringBuilder();
        for (String address : addresses) {
            hosts.append(address).append(' ').append(host).append('\n');
        }
        Path file = Files.writeString(folder.resolve("hosts"), hosts);
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_METADATA_DB_HOST", host);
        environment.put("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + file);
        return environment;
    }

    private static int port(TestDatabase database) {
        return Integer.parseInt(database.environment().get("MF_METADATA_DB_PORT"));
    }

    /** Listens with a full queue of connections, so that the system drops the packets of further ones. */
    private static final class DroppingListener implements AutoCloseable {

        private final ServerSocket listener;
        private final List<Socket> waiting = new ArrayList<>();

        DroppingListener(String address, int port) throws IOException {
            listener = new ServerSocket(port, 1, InetAddress.getByName(address));
            boolean isFull = false;
            while (!isFull) {
                Socket client = new Socket();
                waiting.add(client);
                try {
                    client.connect(listener.getLocalSocketAddress(), 200);
                } catch (IOException e) {
                    isFull = true;
                }
            }
        }

        String address() {
            return listener.getInetAddress().getHostAddress();
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }
}
