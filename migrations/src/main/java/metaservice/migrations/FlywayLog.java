package metaservice.migrations;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Flyway says, for those who look closely: a lock that could not be had makes it log an error with advice to restore backups, where
 * we only try again. What fails for good it also throws, and {@link Upgrade} and {@link Migrations} say what matters.
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

    /** Flyway makes it by name, hence public. */
    public static final class Creator implements LogCreator {

        @Override
        public Log createLogger(Class<?> caller) {
            return new FlywayLog(LoggerFactory.getLogger(caller));
        }
    }
}
