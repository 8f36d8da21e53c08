package metaservice.launcher.migration;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import metaservice.launcher.swap.Wakeup;
import metaservice.migrations.Node;
import metaservice.migrations.NodeTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the row of this process in the table of nodes: writes it every ten seconds and after each change, and removes it
 * at the end. One thread, {@code node-row}. Thread-safe.
 */
public final class NodeRegistration implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeRegistration.class);

    /** A sixth of the time after which a row expires. */
    private static final Duration INTERVAL = NodeTable.EXPIRY.dividedBy(6);

    private static final Duration FIRST_RETRY_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY_WAIT = Duration.ofSeconds(30);
    /** Longest wait for the thread, which removes the row. */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(2);

    private final NodeTable table;
    private final Supplier<Node> self;
    private final Wakeup wakeup = new Wakeup();
    private final Thread thread = new Thread(this::run, "node-row");
    private volatile boolean closing;
    private volatile Optional<String> problem = Optional.empty();

    // The following fields are used by the thread only.
    private Duration retryWait = FIRST_RETRY_WAIT;
    private boolean unavailable;

    /**
     * Starts nothing.
     *
     * @param self what this process is now; must not block for long
     */
    public NodeRegistration(NodeTable table, Supplier<Node> self) {
        this.table = table;
        this.self = self;
        // It may wait for a database that hangs.
        thread.setDaemon(true);
    }

    /** Starts the thread. To be called once. */
    public void begin() {
        thread.start();
    }

    /** Makes the thread write the row now. Returns at once. */
    public void changed() {
        wakeup.signal();
    }

    /** What prevents the row from being stored, one sentence; empty if it is stored, or was not written yet. */
    public Optional<String> problem() {
        return problem;
    }

    /** Removes the row and ends the thread; waits for it for two seconds. */
    @Override
    public void close() {
        closing = true;
        wakeup.signal();
        try {
            thread.join(END_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closing) {
                wakeup.await(write());
            }
            remove();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the time until the next write. */
    private Duration write() {
        try {
            report(table.write(self.get()));
            unavailable = false;
            retryWait = FIRST_RETRY_WAIT;
            return INTERVAL;
        } catch (SQLException | RuntimeException e) {
            if (!unavailable) {
                LOG.warn("The row of this node cannot be written, trying again: {}", e.getMessage());
                LOG.debug("The row of this node cannot be written", e);
            }
            unavailable = true;
            Duration wait = retryWait;
            retryWait =
                    wait.multipliedBy(2).compareTo(LONGEST_RETRY_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_RETRY_WAIT;
            return wait;
        }
    }

    /** Logs a problem once, until another one or none is found. */
    private void report(Optional<String> found) {
        if (unavailable) {
            LOG.info("The row of this node can be written again");
        }
        if (!found.equals(problem)) {
            found.ifPresent(sentence -> LOG.info("This node is not in the list of nodes: {}", sentence));
        }
        problem = found;
    }

    /** If the database is away, the row expires. */
    private void remove() {
        if (unavailable) {
            return;
        }
        try {
            table.remove(self.get().id());
        } catch (SQLException e) {
            LOG.debug("The row of this node could not be removed; it expires", e);
        }
    }
}
