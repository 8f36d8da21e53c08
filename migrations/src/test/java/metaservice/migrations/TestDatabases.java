package metaservice.migrations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Databases for tests, on one PostgreSQL per JVM: started at the first use, stopped when the JVM ends. A database at some
 * schema version is migrated once and then cloned, which takes a fraction of a second. Thread-safe.
 */
public final class TestDatabases {

    private static final int START_ATTEMPTS = 3;
    private static final Map<Long, TestDatabase> TEMPLATES = new ConcurrentHashMap<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestDatabases() {}

    /** A database without any table. */
    public static TestDatabase empty() {
        return create("template0");
    }

    /**
     * A database migrated to a schema version by our migrations.
     *
     * @param schemaVersion one of the bundled ones; or 0: the tables of 1 without a ledger
     */
    public static TestDatabase at(long schemaVersion) {
        return create(TEMPLATES
                .computeIfAbsent(schemaVersion, TestDatabases::migrated)
                .name());
    }

    /** A database migrated to the newest schema version. */
    public static TestDatabase newest() {
        return at(new Migrations(new PGSimpleDataSource()).newest().number());
    }

    static int port() {
        return Server.RUNNING.getPort();
    }

    private static TestDatabase create(String template) {
        return TestDatabase.create(port(), "test_" + COUNT.incrementAndGet(), template);
    }

    private static TestDatabase migrated(long schemaVersion) {
        TestDatabase template = empty();
        SchemaVersion target = new SchemaVersion(Math.max(schemaVersion, 1));
        UpgradeOutcome outcome = new Migrations(template.dataSource()).upgradeTo(target);
        if (!outcome.equals(new UpgradeOutcome.Upgraded(SchemaVersion.ZERO, target))) {
            throw new IllegalStateException("no template at " + schemaVersion + ": " + outcome);
        }
        if (schemaVersion == 0) {
            template.execute(
                    "DROP TABLE " + String.join(", ", Names.LEDGER, GooseLedger.TABLE, Floor.TABLE, Journal.TABLE));
        }
        return template;
    }

    /** The one server; started when first asked for. */
    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            for (int attempt = 1; ; attempt++) {
                try {
                    return EmbeddedPostgres.builder()
                            .setDataDirectory(TestDataFolder.create())
                            .setServerConfig("listen_addresses", "localhost")
                            .setServerConfig("max_connections", "200")
                            .setServerConfig("fsync", "off")
                            .setServerConfig("synchronous_commit", "off")
                            .setServerConfig("full_page_writes", "off")
                            .setLocaleConfig("lc-messages", "C")
                            .setPGStartupWait(Duration.ofSeconds(60))
                            .start();
                } catch (IOException | IllegalStateException e) {
                    // Another JVM may have taken the port between the search for a free one and the start.
                    if (attempt == START_ATTEMPTS) {
                        throw new UncheckedIOException(new IOException("no PostgreSQL for the tests", e));
                    }
                }
            }
        }
    }
}
