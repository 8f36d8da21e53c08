package metaservice.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import javax.sql.DataSource;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.UpgradeOutcome;

/**
 * Measures the latencies of clients while a large database is upgraded from schema version 1 to the newest: with the
 * bundled migrations, and with {@link PlainUpgrade} as the baseline; each without and with a read transaction that stays
 * open for 5 s.
 */
public final class UpgradeBenchmark {

    private static final Duration OPEN_TRANSACTION = Duration.ofSeconds(5);

    private UpgradeBenchmark() {}

    /** Runs the benchmark; the optional argument divides the size of the database, default 1. */
    public static void main(String[] args) throws Exception {
        Size size = Size.LARGE.dividedBy(args.length == 0 ? 1 : Integer.parseInt(args[0]));
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "Upgrading schema 1 to the newest: %,d tasks, %,d metadata, %,d artifacts; 3 writers, 1 reader%n%n",
                size.tasks(),
                size.metadata(),
                size.artifacts());
        out.println(
                "| migrations | open transaction | took s | worst write ms | worst read ms | p99 write ms | failed clients |");
        out.println("|---|---|---|---|---|---|---|");
        try (EmbeddedPostgres server = start()) {
            prepareTemplate(server, size);
            for (boolean open : new boolean[] {false, true}) {
                Result plain = measure(server, "plain", open, out);
                Result ours = measure(server, "ours", open, out);
                out.printf(
                        Locale.ROOT,
                        "| **ours / plain** | %s | %.2f | %.3f | %.3f | %.3f | |%n",
                        open ? "yes" : "no",
                        ours.seconds() / plain.seconds(),
                        ours.clients().writes().worst()
                                / plain.clients().writes().worst(),
                        ours.clients().reads().worst() / plain.clients().reads().worst(),
                        ours.clients().writes().p99() / plain.clients().writes().p99());
            }
        }
    }

    private record Result(double seconds, Clients.Measured clients) {}

    private static EmbeddedPostgres start() throws IOException {
        return EmbeddedPostgres.builder()
                .setServerConfig("shared_buffers", "512MB")
                .setServerConfig("maintenance_work_mem", "256MB")
                .setServerConfig("max_wal_size", "4GB")
                .start();
    }

    private static void prepareTemplate(EmbeddedPostgres server, Size size) throws SQLException {
        execute(server.getPostgresDatabase(), "CREATE DATABASE filled");
        DataSource filled = server.getDatabase("postgres", "filled");
        UpgradeOutcome outcome = new Migrations(filled).upgradeTo(new SchemaVersion(1));
        if (!(outcome instanceof UpgradeOutcome.Upgraded)) {
            throw new IllegalStateException("schema version 1 could not be created: " + outcome);
        }
        try (Connection connection = filled.getConnection()) {
            Filler.fill(connection, size);
        }
    }

    private static Result measure(EmbeddedPostgres server, String kind, boolean open, PrintStream out)
            throws SQLException, InterruptedException {
        String name = kind + (open ? "_open" : "");
        execute(server.getPostgresDatabase(), "CREATE DATABASE " + name + " TEMPLATE filled");
        DataSource database = server.getDatabase("postgres", name);
        Thread reader = open ? openTransaction(database) : new Thread(() -> {});
        Clients clients = Clients.start(database);
        // Time for the clients to connect and to warm up.
        Thread.sleep(1000);
        reader.start();
        Thread.sleep(500);
        long begin = System.nanoTime();
        upgrade(kind, database);
        double seconds = (System.nanoTime() - begin) / 1e9;
        Clients.Measured measured = clients.stop();
        reader.join();
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.1f | %.0f | %.0f | %.1f | %d |%n",
                kind,
                open ? "yes" : "no",
                seconds,
                measured.writes().worst(),
                measured.reads().worst(),
                measured.writes().p99(),
                measured.failures());
        execute(server.getPostgresDatabase(), "DROP DATABASE " + name + " WITH (FORCE)");
        return new Result(seconds, measured);
    }

    private static void upgrade(String kind, DataSource database) throws SQLException {
        if (kind.equals("plain")) {
            try (Connection connection = database.getConnection()) {
                PlainUpgrade.run(connection);
            }
            return;
        }
        UpgradeOutcome outcome = new Migrations(database).upgrade();
        if (!(outcome instanceof UpgradeOutcome.Upgraded)) {
            throw new IllegalStateException("the upgrade did not succeed: " + outcome);
        }
    }

    /** A thread that reads every large table in one transaction and leaves it open for {@link #OPEN_TRANSACTION}. */
    private static Thread openTransaction(DataSource database) {
        return new Thread(() -> {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SELECT (SELECT count(*) FROM flows_v3), (SELECT min(task_id) FROM tasks_v3),"
                        + " (SELECT min(id) FROM metadata_v3 WHERE task_id = 1 AND flow_id = 'Flow' AND run_number = 1"
                        + " AND step_name = 'start' AND field_name = 'x'), (SELECT max(ts_epoch) FROM runs_v3),"
                        + " (SELECT count(*) FROM artifact_v3 WHERE flow_id = 'none')");
                Thread.sleep(OPEN_TRANSACTION.toMillis());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
