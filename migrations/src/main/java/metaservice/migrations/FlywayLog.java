package metaservice.migrations;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs messages of Flyway at lower levels. Flyway reports a lock timeout as an error and advises to restore backups,
 * although {@link Upgrade} only retries. Final failures are thrown as exceptions as well, and {@link Upgrade} and
 * {@link Migrations} report those.
 */
final class FlywayLog implements Log {

    private final Logger log;

    private FlywayLog(Logger log) {
        this.log = log;
    }

    @Override
    public void debug(String message) {
        log.trace(message);
    }

    @Override
    public void info(String message) {
        log.debug(message);
    }

    @Override
    public void warn(String message) {
        log.info(message);
    }

    @Override
    public void error(String message) {
        log.debug(message);
    }

    @Override
    public void error(String message, Exception cause) {
        log.debug(message, cause);
    }

    @Override
    public void notice(String message) {
        log.debug(message);
    }

    /** Public because Flyway creates it by its class name. */
    public static final class Creator implements LogCreator {

        @Override
        public Log createLogger(Class<?> caller) {
            return new FlywayLog(LoggerFactory.getLogger(caller));
        }
    }
}
