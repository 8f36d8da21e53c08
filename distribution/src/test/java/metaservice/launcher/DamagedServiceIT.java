package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.launcher.service.BundledService;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.launcher.service.SettingsValues;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.settings.DatabaseConfig;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceStartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundled service whose jar is damaged: it cannot start, is tried again and again, and must leave nothing behind. */
class DamagedServiceIT {

    /** Needed only after the pool is open. */
    private static final String MISSING = "metaservice/kit/Router.class";

    @TempDir
    private Path folder;

    @Test
    void startThatFailsAfterThePoolIsOpenClosesIt() throws Exception {
        BundledService damaged = damaged();
        try (TestDatabase database = TestDatabases.newest()) {
            for (int i = 0; i < 2; i++) {
                ServiceStartException failure =
                        assertThrows(ServiceStartException.class, () -> start(damaged, database));
                assertEquals(NoClassDefFoundError.class, failure.getCause().getClass(), failure::toString);
            }
            // The server forgets a session a moment after its client has closed the connection.
            Eventually.await("no session of a failed start is left", () -> sessions(database) == 0);
            Eventually.await(
                    "no thread of a failed start is left",
                    () -> threads(damaged).isEmpty());
        }
    }

    private BundledService damaged() throws Exception {
        List<BundledService> bundled = ServiceCatalog.read(Path.of("target", "metaservice", "services"))
                .services();
        BundledService newest = bundled.get(bundled.size() - 1);
        Path jar = folder.resolve(newest.jar().getFileName());
        Files.copy(newest.jar(), jar);
        remove(MISSING, jar);
        return new BundledService(newest.kind(), newest.version(), newest.schemaMin(), newest.provider(), jar);
    }

    private static void remove(String entry, Path jar) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
            Files.delete(files.getPath(entry));
        }
    }

    private static IsolatedService start(BundledService bundled, TestDatabase database) throws Exception {
        DatabaseAccess access = SpiSettings.database(DatabaseConfig.fromEnvironment(database.environment()));
        return IsolatedService.start(
                bundled,
                access,
                SettingsValues.DEFAULTS,
                TokenLibrary.issuer(Optional.empty(), folderOfTheLibrary()),
                PauseWhileBusy.NEVER);
    }

    private static Path folderOfTheLibrary() {
        return Path.of("target", "metaservice", "lib", "sts");
    }

    private static int sessions(TestDatabase database) {
        return database.query("select 1 from pg_stat_activity where datname = current_database()"
                        + " and pid <> pg_backend_pid()")
                .size();
    }

    private static List<String> threads(BundledService bundled) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("service-" + bundled.version()))
                .toList();
    }
}
