package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.LauncherConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several kinds of service in one process: metadata, and the test kind {@code echo}. */
class KindsIT {

    private static final Map<String, String> LOOPBACK = Map.of(
            "MF_METADATA_HOST", "127.0.0.1",
            "MF_METADATA_PORT", "0",
            "MF_MIGRATION_PORT", "0",
            "MF_ECHO_PORT", "0",
            "MF_UPGRADE_PAUSES", "off");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> KINDS = Set.of("migration", "metadata", "echo");

    @TempDir
    private Path services;

    private void bundle(String kind, String version, String schemaMin) throws Exception {
        bundle(kind, version, schemaMin, "Health.UP");
    }

    private void bundle(String kind, String version, String schemaMin, String health) throws Exception {
        ServiceJar.of(version, schemaMin)
                .entry(ServiceCatalog.KIND, kind)
                .source(
                        "demo.Provider",
                        ServiceJar.provider("exchange -> exchange.getResponseSender().send(\"" + kind
                                        + " \" + context.serviceVersion())")
                                .replace("Health.UP", health))
                .write(services, kind + "-" + version + ".jar");
    }

    private Launcher launcher(String runs, TestDatabase database) throws Exception {
        return new Launcher(
                LauncherConfig.fromEnvironment(Environments.with(LOOPBACK, "MF_SERVICES", runs), KINDS),
                ServiceCatalog.read(services),
                DatabaseSource.given(DatabaseConfig.fromEnvironment(database.environment())),
                TokenLibrary.issuer(Optional.empty(), services),
                new StopSignal());
    }

    private static int port(String url) {
        return URI.create(url).getPort();
    }

    private static int port(StartupReport report, String kind) {
        return port(report.find(kind).orElseThrow().url());
    }

    private static JsonNode status(StartupReport report) throws Exception {
        return JSON.readTree(Http.get(port(report.migrationUrl().orElseThrow()), "/db_schema_status")
                .body());
    }

    @Test
    void swapOfOneKindDoesNotTouchTheOther() throws Exception {
        bundle("metadata", "2.5.1", "20200603104139");
        bundle("echo", "1.0.0", "0");
        bundle("echo", "2.0.0", "20260706000003");
        try (TestDatabase database = TestDatabases.at(20200603104139L);
                Launcher launcher = launcher("migration, metadata, echo", database)) {
            StartupReport report = launcher.start().orElseThrow();
            assertEquals(
                    "metadata 2.5.1", Http.get(port(report, "metadata"), "/").body());
            assertEquals("echo 1.0.0", Http.get(port(report, "echo"), "/").body());
            JsonNode before = status(report);
            assertEquals("2.5.1", before.at("/service/version").asText());
            assertEquals("echo", before.at("/services/0/kind").asText());
            assertEquals("1.0.0", before.at("/services/0/service/version").asText());
            assertEquals(1, before.get("candidates").size(), "of the metadata kind only");
            assertEquals(2, before.at("/services/0/candidates").size());

            assertEquals(
                    "upgrade success",
                    Http.send(port(report.migrationUrl().orElseThrow()), "PATCH", "/upgrade", "")
                            .body());
            Eventually.await(
                    "echo 2.0.0 answers",
                    () -> Http.get(port(report, "echo"), "/").body().equals("echo 2.0.0"));
            Eventually.await(
                    "the swap has ended",
                    () -> status(report).at("/services/0/swap/state").asText().equals("idle"));
            JsonNode after = status(report);
            assertEquals("2.0.0", after.at("/services/0/service/version").asText());
            assertEquals(before.get("service"), after.get("service"), "the metadata service was not touched");
            assertEquals(before.get("swap"), after.get("swap"));
            assertEquals(
                    "metadata 2.5.1", Http.get(port(report, "metadata"), "/").body());
        }
    }

    @Test
    void kindThatNeedsANewerSchemaIsStartedAfterTheUpgrade() throws Exception {
        bundle("metadata", "1.0.1", "0");
        bundle("echo", "2.0.0", "20260706000003");
        try (TestDatabase database = TestDatabases.at(1);
                Launcher launcher = launcher("migration,metadata,echo", database)) {
            StartupReport report = launcher.start().orElseThrow();
            assertEquals(Optional.empty(), report.find("echo"));
            assertEquals(
                    "metadata 1.0.1", Http.get(port(report, "metadata"), "/").body());
            Http.send(port(report.migrationUrl().orElseThrow()), "PATCH", "/upgrade", "");
            Eventually.await(
                    "echo serves",
                    () -> status(report)
                            .at("/services/0/service/state")
                            .asText()
                            .equals("serving"));
        }
    }

    @Test
    void reasonOfAFailedSwapNamesTheKind() throws Exception {
        bundle("metadata", "2.0.0", "0");
        bundle("echo", "1.0.0", "0");
        bundle("echo", "2.0.0", "20260706000003", "Health.down(\"sick\")");
        try (TestDatabase database = TestDatabases.at(1);
                Launcher launcher = launcher("migration,metadata,echo", database)) {
            StartupReport report = launcher.start().orElseThrow();
            Http.send(port(report.migrationUrl().orElseThrow()), "PATCH", "/upgrade", "");
            Eventually.await(
                    "the reason names the kind",
                    () -> status(report)
                            .at("/services/0/swap/reason")
                            .asText()
                            .equals("Service echo 2.0.0 started but is not healthy: sick"));
            assertEquals("echo 1.0.0", Http.get(port(report, "echo"), "/").body());
        }
    }

    @Test
    void processWithMetadataOnlyHasNoMigrationApi() throws Exception {
        bundle("metadata", "3.0.0", "0");
        try (TestDatabase database = TestDatabases.empty();
                Launcher launcher = launcher("metadata", database)) {
            StartupReport report = launcher.start().orElseThrow();
            assertEquals(Optional.empty(), report.migrationUrl());
            assertEquals(
                    "metadata 3.0.0", Http.get(port(report, "metadata"), "/").body());
        }
    }

    @Test
    void processWithMigrationOnlyHasNoServiceAndFillsADatabaseOnRequestOnly() throws Exception {
        bundle("metadata", "3.0.0", "0");
        try (TestDatabase database = TestDatabases.empty();
                ServerSocket taken = new ServerSocket(0);
                Launcher launcher = new Launcher(
                        LauncherConfig.fromEnvironment(Environments.with(
                                Environments.with(LOOPBACK, "MF_SERVICES", "migration"),
                                "MF_METADATA_PORT",
                                Integer.toString(taken.getLocalPort()))),
                        ServiceCatalog.read(services),
                        DatabaseSource.given(DatabaseConfig.fromEnvironment(database.environment())),
                        TokenLibrary.issuer(Optional.empty(), services),
                        new StopSignal())) {
            StartupReport report = launcher.start().orElseThrow();
            assertEquals(List.of(), report.services());
            assertEquals("0 (empty; PATCH /upgrade fills it)", report.schema());
            JsonNode status = status(report);
            assertTrue(status.get("service").isNull() && status.get("swap").isNull(), status::toString);
            assertEquals("3.0.0", status.at("/candidates/0/version").asText());
            assertEquals(0, status.get("services").size());
            assertEquals(
                    "upgrade success",
                    Http.send(port(report.migrationUrl().orElseThrow()), "PATCH", "/upgrade", "")
                            .body());
            assertTrue(status(report).get("is_up_to_date").asBoolean());
        }
    }

    @Test
    void kindThatIsNotBundledIsRefused() throws Exception {
        bundle("metadata", "3.0.0", "0");
        try (TestDatabase database = TestDatabases.empty();
                Launcher launcher = launcher("metadata,echo", database)) {
            StartFailedException failure = assertThrows(StartFailedException.class, launcher::start);
            assertEquals(
                    "MF_SERVICES names echo, and no service of that kind is bundled; expected migration, metadata.",
                    failure.getMessage());
            assertEquals(ExitCode.USAGE, failure.exitCode());
        }
    }
}
