package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
        try (ServerSocket taken = takenPort();
                TestDatabase database = TestDatabases.empty();
                LauncherProcess launcher =
                        LauncherProcess.start(only("migration", database, "MF_METADATA_PORT", taken))) {
            assertFalse(launcher.reports("metadata"));
            assertEquals("0", launcher.schemaVersion());

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
        try (ServerSocket taken = takenPort();
                TestDatabase database = TestDatabases.empty();
                LauncherProcess launcher =
                        LauncherProcess.start(only("metadata", database, "MF_MIGRATION_PORT", taken))) {
            assertFalse(launcher.reports("migration"));
            assertEquals(Optional.of(Generation.newestVersion()), launcher.servingVersion());
            assertEquals(200, launcher.createFlow("Alone").status());
            assertEquals(
                    200,
                    launcher.ask("GET", "/flows/Alone", NullNode.getInstance()).status());
            launcher.stop();
        }
    }

    private static Map<String, String> only(
            String service, TestDatabase database, String unusedPort, ServerSocket taken) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("MF_SERVICES", service);
        environment.put(unusedPort, Integer.toString(taken.getLocalPort()));
        return environment;
    }

    /**
     * A port on which no other process can listen: a launcher that did would not start ({@link StartFailuresIT}). A
     * port that was free a moment ago may be another test's by now.
     */
    private static ServerSocket takenPort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
