package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Test;

/** A process that runs only one of the two services (MF_SERVICES), as the reference image can. */
class ServicesIT {

    private static final String TABLES = "select count(*) from information_schema.tables where table_schema = 'public'";

    @Test
    void migrationServiceAloneFillsAnEmptyDatabaseOnlyOnRequest() throws Exception {
        int metadataPort = freePort();
        try (TestDatabase database = TestDatabases.empty();
                LauncherProcess launcher =
                        LauncherProcess.start(only("migration", database, "MF_METADATA_PORT", metadataPort))) {
            assertFalse(launcher.reports("metadata"));
            assertEquals("0", launcher.schemaVersion());
            assertNotListening(metadataPort);

            JsonNode empty = launcher.schemaStatus().body();
            assertTrue(empty.path("service").isNull(), empty::toString);
            assertEquals(Generation.bundled().size(), empty.path("candidates").size(), empty::toString);
            assertEquals(List.of(List.of(0L)), database.query(TABLES));

            Answer upgraded = launcher.upgrade();
            assertEquals(200, upgraded.status(), upgraded::text);
            JsonNode filled = launcher.schemaStatus().body();
            assertTrue(filled.path("is_up_to_date").booleanValue(), filled::toString);
            assertTrue(filled.path("service").isNull(), filled::toString);
            launcher.stop();
        }
    }

    @Test
    void metadataServiceAloneFillsAnEmptyDatabaseAtStart() throws Exception {
        int migrationPort = freePort();
        try (TestDatabase database = TestDatabases.empty();
                LauncherProcess launcher =
                        LauncherProcess.start(only("metadata", database, "MF_MIGRATION_PORT", migrationPort))) {
            assertFalse(launcher.reports("migration"));
            assertNotListening(migrationPort);
            assertEquals(Optional.of(Generation.newestVersion()), launcher.servingVersion());
            assertEquals(200, launcher.createFlow("Alone").status());
            assertEquals(
                    200,
                    launcher.ask("GET", "/flows/Alone", NullNode.getInstance()).status());
            launcher.stop();
        }
    }

    private static Map<String, String> only(String service, TestDatabase database, String unusedPort, int port) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_SERVICES", service);
        environment.put(unusedPort, Integer.toString(port));
        return environment;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void assertNotListening(int port) {
        assertThrows(ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    }
}
