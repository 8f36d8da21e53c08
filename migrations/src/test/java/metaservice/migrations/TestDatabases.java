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
 * Test databases on one PostgreSQL per JVM, which starts at the first use and stops when the JVM ends. Each schema
 * version is migrated once and then cloned, which takes a fraction of a second. Thread-safe.
 */
public final class TestDatabases {

    private static final int START_ATTEMPTS = 3;
    private static final Map<Long, TestDatabase> TEMPLATES = new ConcurrentHashMap<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestDatabases() {}

    /** A database without tables. */
    public static TestDatabase empty() {
        return create("template0");
    }

    /**
     * A database at a schema version, created by our migrations.
     *
     * @param schemaVersion a bundled version; or 0 for the tables of version 1 without a ledger
     */
    public static TestDatabase at(long schemaVersion) {
        return create(TEMPLATES
                .computeIfAbsent(schemaVersion, TestDatabases::migrated)
                .name());
    }

    /** A database at the newest schema version. */
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
            template.execute("DROP TABLE "
                    + String.join(
                            ", ",
                            Ledgers.DEFAULT_NAME,
                            GooseLedger.TABLE,
                            LowestServiceTable.TABLE,
                            UpgradeHistory.TABLE,
                            NodeTable.TABLE));
        }
        return template;
    }

    /** The server; starts at the first access. */
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
