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
 * Listens on a connection of its own for upgrades, from whatever node, and tells of them. A lost connection is made
 * anew, and then counts as news, because something may have happened meanwhile. One thread, {@code schema-watch}.
 */
public final class SchemaWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaWatch.class);

    /** How long stopping may have to wait for the thread to notice. */
    private static final Duration SLICE = Duration.ofMillis(250);
    /** A network that swallows packets is noticed by asking now and then. */
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final DataSource dataSource;
    private final Runnable news;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "schema-watch");
    private Duration wait = FIRST_WAIT;
    private boolean lost;

    private SchemaWatch(DataSource dataSource, Runnable news) {
        this.dataSource = dataSource;
        this.news = news;
    }

    /**
     * Begins to listen, in the background.
     *
     * @param dataSource gives a new connection each time
     * @param news called on the watch's thread after every notification and every reconnection; must not block
     */
    public static SchemaWatch start(DataSource dataSource, Runnable news) {
        SchemaWatch watch = new SchemaWatch(dataSource, news);
        watch.thread.start();
        return watch;
    }

    /** Ends the thread and its connection. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(SIGN_OF_LIFE.toMillis());
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
            Thread.currentThread().interrupt(); // asked to end
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void listen() throws InterruptedException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            // Operators who count the pool's connections can tell this one from them.
            connection.setClientInfo("ApplicationName", "metaservice schema-watch");
            statement.execute("LISTEN " + Migrations.CHANNEL);
            if (lost) {
                LOG.info("Listening for upgrades of the database again");
            }
            lost = false;
            wait = FIRST_WAIT;
            news.run();
            passOn(connection);
        } catch (SQLException e) {
            if (!lost) {
                LOG.warn("Cannot listen for upgrades of the database, trying again: {}", e.getMessage());
            }
            lost = true;
            closed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
            wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
        }
    }

    private void passOn(Connection connection) throws SQLException, InterruptedException {
        PGConnection notified = connection.unwrap(PGConnection.class);
        long asked = System.nanoTime();
        while (!isClosed()) {
            if (notified.getNotifications((int) SLICE.toMillis()).length > 0) {
                news.run();
            }
            if (System.nanoTime() - asked > SIGN_OF_LIFE.toNanos()) {
                if (!connection.isValid((int) SIGN_OF_LIFE.toSeconds())) {
                    throw new SQLException("the connection is dead");
                }
                asked = System.nanoTime();
            }
        }
    }
}
