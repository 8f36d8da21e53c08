package metaservice.kit;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;

/**
 * Decides whether a read is repeated after its connection was lost: once, and only if that is known early, so that no client
 * waits much longer than five seconds. For one read.
 */
final class LostConnection {

    /** More than {@link ConnectionWatch} needs to find a lost connection while others work. */
    private static final Duration EARLY = Duration.ofMillis(2500);

    private final long begin = System.nanoTime();
    private boolean repeated;
    private boolean answered;

    /** The first rows have arrived: the read is not repeated any more, because its client may have got some of them. */
    void answered() {
        answered = true;
    }

    /** Returns if the read is to be repeated. */
    void throwUnlessRepeatable(SQLException failure) throws SQLException {
        boolean lost = !(failure instanceof SQLTransientConnectionException)
                && String.valueOf(failure.getSQLState()).startsWith("08");
        if (!lost || answered || repeated || System.nanoTime() - begin > EARLY.toNanos()) {
            throw failure;
        }
        repeated = true;
    }
}
