package metaservice.launcher.swap;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import metaservice.migrations.Migrations;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for notifications of upgrades by any node, on a connection of its own. A lost connection is reopened; the
 * callback runs then, too, because a notification may have been missed. One thread, {@code schema-watch}.
 */
public final class SchemaWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaWatch.class);

    /** Longest wait for notifications before the thread checks whether it is to end. */
    private static final Duration NOTIFICATION_WAIT = Duration.ofMillis(250);
    /** Interval and timeout of a query that detects a connection whose packets are lost in the network. */
    private static final Duration CONNECTION_CHECK = Duration.ofSeconds(10);

    private static final Duration FIRST_RETRY_WAIT = Duration.ofMillis(100);
    /** Longest wait at the begin of an outage, of which it is a 32nd part later. */
    private static final Duration RETRY_WAIT = Duration.ofSeconds(1);
    /** A standby refuses to listen until it becomes the primary, which may never happen. */
    private static final Duration LONGEST_RETRY_WAIT = Duration.ofSeconds(30);

    private static final int PART_OF_OUTAGE = 32;
    /** SQLSTATE {@code read_only_sql_transaction}. */
    private static final String READ_ONLY = "25006";

    private final DataSource dataSource;
    private final Runnable onChange;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "schema-watch");
    private Duration retryWait = FIRST_RETRY_WAIT;
    private boolean lost;
    private long lostSince;

    private SchemaWatch(DataSource dataSource, Runnable onChange) {
        this.dataSource = dataSource;
        this.onChange = onChange;
    }

    /**
     * Starts the thread.
     *
     * @param dataSource gives a new connection each time
     * @param onChange called on the watch's thread after each notification and each connect; must not block
     */
    public static SchemaWatch start(DataSource dataSource, Runnable onChange) {
        SchemaWatch watch = new SchemaWatch(dataSource, onChange);
        watch.thread.start();
        return watch;
    }

    /** Ends the thread and its connection. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(CONNECTION_CHECK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!isClosed()) {
                listen();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() interrupts the thread to end it
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void listen() throws InterruptedException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            // Distinguishes this session from those of the pool in pg_stat_activity.
            connection.setClientInfo("ApplicationName", "metaservice schema-watch");
            statement.execute("LISTEN " + Migrations.CHANNEL);
            if (lost) {
                LOG.info("Listening for upgrades of the database again");
            }
            lost = false;
            retryWait = FIRST_RETRY_WAIT;
            onChange.run();
            awaitNotifications(connection);
        } catch (SQLException e) {
            if (!lost) {
                LOG.warn("Cannot listen for upgrades of the database, trying again: {}", e.getMessage());
                lostSince = System.nanoTime();
            }
            lost = true;
            closed.await(retryWait.toMillis(), TimeUnit.MILLISECONDS);
            retryWait = nextWait(retryWait, READ_ONLY.equals(e.getSQLState()), System.nanoTime() - lostSince);
        }
    }

    /**
     * The wait after the next failure: twice the last one, up to a limit.
     *
     * @param onStandby whether the server refuses to listen because it is a standby
     * @param outageNanos time since the first failure
     */
    static Duration nextWait(Duration last, boolean onStandby, long outageNanos) {
        Duration part = Duration.ofNanos(outageNanos / PART_OF_OUTAGE);
        Duration limit = onStandby ? LONGEST_RETRY_WAIT : part.compareTo(RETRY_WAIT) < 0 ? RETRY_WAIT : part;
        return shorter(last.multipliedBy(2), shorter(limit, LONGEST_RETRY_WAIT));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void awaitNotifications(Connection connection) throws SQLException, InterruptedException {
        PGConnection notifications = connection.unwrap(PGConnection.class);
        long checked = System.nanoTime();
        while (!isClosed()) {
            if (notifications.getNotifications((int) NOTIFICATION_WAIT.toMillis()).length > 0) {
                onChange.run();
            }
            if (System.nanoTime() - checked > CONNECTION_CHECK.toNanos()) {
                if (!connection.isValid((int) CONNECTION_CHECK.toSeconds())) {
                    throw new SQLException("the connection is dead");
                }
                checked = System.nanoTime();
            }
        }
    }
}
