package metaservice.launcher.service;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import metaservice.spi.Health;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the database answers now, for readiness probes. A check opens a connection of its own, because those
 * of a pool may all be in use, and runs on a thread of its own, because workers may all wait for the database. At most one
 * check runs at a time, and its result counts for a second, so any number of probes costs one connection per second.
 * Thread-safe.
 */
public final class DatabaseCheck {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCheck.class);

    private static final Duration SHARED_FOR = Duration.ofSeconds(1);

    /** Longest wait for the result of a check, from its begin. Probes often have a timeout of two seconds. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(1500);

    /** Longest wait for a connection, and for each answer. A check that takes longer than {@link #ANSWER_TIMEOUT} ends by it. */
    public static final Duration DATABASE_TIMEOUT = Duration.ofSeconds(2);

    private static final Health NO_ANSWER = Health.down("the database has not answered in time");

    private final List<DataSource> databases;
    private final AtomicReference<Health> reported = new AtomicReference<>(Health.UP);
    private Optional<Check> last = Optional.empty();

    /** @param databases all of them have to answer */
    public DatabaseCheck(List<DataSource> databases) {
        this.databases = List.copyOf(databases);
    }

    /** A check that may still be running. */
    private static final class Check {
        private final long begin = System.nanoTime();
        private final CompletableFuture<Health> result = new CompletableFuture<>();
        private volatile long end;

        boolean isCurrent() {
            return !result.isDone() || System.nanoTime() - end < SHARED_FOR.toNanos();
        }

        void complete(Health health) {
            end = System.nanoTime();
            result.complete(health);
        }

        CompletableFuture<Health> resultInTime() {
            long left = ANSWER_TIMEOUT.toNanos() - (System.nanoTime() - begin);
            return result.copy().completeOnTimeout(NO_ANSWER, Math.max(0, left), TimeUnit.NANOSECONDS);
        }
    }

    /** Whether the database answers; completed within 1.5 seconds, always normally. Never blocks. */
    public synchronized CompletionStage<Health> health() {
        if (last.isEmpty() || !last.get().isCurrent()) {
            Check check = new Check();
            last = Optional.of(check);
            Thread thread = new Thread(() -> run(check), "database-check");
            thread.setDaemon(true);
            thread.start();
        }
        return last.get().resultInTime();
    }

    private void run(Check check) {
        Health health = Health.down("the database cannot be checked");
        try {
            health = check();
        } finally {
            check.complete(health);
        }
    }

    private Health check() {
        for (DataSource database : databases) {
            try (Connection connection = database.getConnection()) {
                if (!connection.isValid((int) DATABASE_TIMEOUT.toSeconds())) {
                    return report(NO_ANSWER, "no answer on a new connection");
                }
            } catch (SQLException e) {
                Optional<Health> down = down(e);
                if (down.isPresent()) {
                    return report(down.get(), e.getMessage());
                }
            }
        }
        return report(Health.UP, "");
    }

    /** A server without a free connection answers, and the pool may still have connections: then the result is empty. */
    private static Optional<Health> down(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        if (state.startsWith("53")) {
            return Optional.empty();
        }
        return Optional.of(
                state.startsWith("28")
                        ? Health.down("the database refuses the login")
                        : Health.down("the database does not answer"));
    }

    /** Logs the detail once, because clients get the short reason only. */
    private Health report(Health health, String detail) {
        Health before = reported.getAndSet(health);
        if (!health.up() && before.up()) {
            LOG.warn("Not ready: {}: {}", health.detail(), detail);
        } else if (health.up() && !before.up()) {
            LOG.info("Ready again");
        }
        return health;
    }
}
