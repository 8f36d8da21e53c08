package metaservice.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The operator's settings for all service versions; a version that does not know a setting ignores it. The launcher
 * implements it; a later seam may add methods. Immutable.
 */
public interface ServiceSettings {

    /**
     * Prefix of every path of the service, including {@code /ping}; empty, or begins with a slash and does not end with one
     * (reference: {@code PATH_PREFIX}, from 2.x on).
     */
    String pathPrefix();

    /** Maximum length of a request body in bytes, 1 or more; a longer one is answered with 413. */
    int maxBodyBytes();

    /**
     * Origins whose pages may use the service from a browser (CORS); {@code *} stands for all origins. If the list is empty,
     * no origin is allowed, and the service does not answer preflight requests.
     */
    List<String> allowedOrigins();

    /** Names of the tables. */
    Tables tables();

    /**
     * Database schema whose tables get triggers that notify of changes; empty if no triggers are wanted (reference: {@code
     * DB_TRIGGER_CREATE} and {@code DB_SCHEMA_NAME}).
     */
    Optional<String> triggerSchema();

    /** Age of the last heartbeat from which an unfinished run counts as failed. */
    Duration inactiveCutoff();
}
